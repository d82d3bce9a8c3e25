package dev.mailroom.simulation;

import java.util.List;

/** How a history went. */
record Verdict(long seed, List<Complaint> complaints, long events) {

  boolean promisesKept() {
    return complaints.isEmpty();
  }
}
