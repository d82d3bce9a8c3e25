package dev.mailroom.relay;

import java.util.concurrent.Executor;

/**
 * One of the databases of a relay.
 *
 * @param name empty if it is the only one and has none
 * @param storeThreads run the calls to it, but for those about its leases
 */
record Database(String name, OutboxStore store, Executor storeThreads, Executor leaseThread) {

  /** What a line of the log begins with. */
  String tag() {
    return name.isEmpty() ? "" : "[" + name + "] ";
  }
}
