package dev.mailroom.tests.town;

import dev.mailroom.relay.DestinationGate;
import java.time.Duration;

/** A gate that never closes. */
final class OpenGate implements DestinationGate {

  @Override
  public Duration tryPass() {
    return Duration.ZERO;
  }

  @Override
  public void succeeded(Duration took) {}

  @Override
  public void failed(Duration took) {}

  @Override
  public void abandoned() {}

  @Override
  public State state() {
    return State.OPEN;
  }
}
