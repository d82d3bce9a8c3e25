package dev.mailroom.relay.aws;

import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.Transport.Ticker;
import java.time.Duration;

/**
 * A gate that lets at most so many messages a second through. A batch passes whole once the one
 * before it is paid for, and then owes its own time; so the rate holds on average, however large
 * the batches are, and nothing is saved up while nothing is sent.
 */
final class PacedGate implements DestinationGate {

  private static final long SECOND = 1_000_000_000L;

  private final DestinationGate gate;
  private final Ticker ticker;
  private final double nanosPerMessage;
  private long paidAt;

  PacedGate(DestinationGate gate, Ticker ticker, double messagesPerSecond) {
    this.gate = gate;
    this.ticker = ticker;
    nanosPerMessage = SECOND / messagesPerSecond;
    paidAt = ticker.nanos();
  }

  @Override
  public Duration tryPass() {
    long owed = paidAt - ticker.nanos();
    return owed > 0 ? Duration.ofNanos(owed) : gate.tryPass();
  }

  @Override
  public void sending(int messages) {
    paidAt = Math.max(paidAt, ticker.nanos()) + Math.round(messages * nanosPerMessage);
    gate.sending(messages);
  }

  @Override
  public void succeeded(Duration took) {
    gate.succeeded(took);
  }

  @Override
  public void failed(Duration took) {
    gate.failed(took);
  }

  @Override
  public void abandoned() {
    gate.abandoned();
  }

  @Override
  public State state() {
    return gate.state();
  }
}
