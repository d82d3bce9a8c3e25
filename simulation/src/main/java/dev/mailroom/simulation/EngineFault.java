package dev.mailroom.simulation;

/** What an engine throws that has a fault: an error, so that nothing on the way handles it. */
final class EngineFault extends Error {

  private static final long serialVersionUID = 1L;

  EngineFault() {
    super("a fault of the engine");
  }
}
