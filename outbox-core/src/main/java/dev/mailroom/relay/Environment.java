package dev.mailroom.relay;

/** What every part of the engine works with. */
record Environment(
    Settings settings, Timeline timeline, Transport transport, RelayListener listener) {

  /** The same on another timeline. */
  Environment on(Timeline other) {
    return new Environment(settings, other, transport, listener);
  }
}
