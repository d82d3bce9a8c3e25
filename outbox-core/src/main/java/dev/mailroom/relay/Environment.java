package dev.mailroom.relay;

/**
 * What every part of an engine works with.
 *
 * @param outlets shared by the engines of a relay
 */
record Environment(
    Settings settings,
    Timeline timeline,
    Transport transport,
    Outlets outlets,
    RelayListener listener) {

  /** The same on another timeline. */
  Environment on(Timeline other) {
    return new Environment(settings, other, transport, outlets, listener);
  }
}
