package dev.mailroom.simulation;

import java.util.List;

/**
 * A promise that was broken.
 *
 * @param subjects the names of the messages concerned, as the journal has them
 */
record Complaint(Promise promise, String text, List<String> subjects) {

  @Override
  public String toString() {
    return promise + ": " + text;
  }
}
