package dev.mailroom.simulation;

/** What every history is checked for. */
enum Promise {
  LOST("nothing lost"),
  INVENTED("nothing invented, repeats the same"),
  ORDER("order kept by key"),
  DUPLICATE("nothing twice without a fault"),
  WITHOUT_LEASE("nothing sent or parked without a lease"),
  STUCK("all is drained once faults end"),
  UNFAIR("partitions shared fairly"),
  FAULT("no fault of the relay's own");

  final String text;

  Promise(String text) {
    this.text = text;
  }
}
