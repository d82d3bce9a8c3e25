package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.outbox.MailroomException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutageTest {

  private final MailroomException away =
      new MailroomException("no connection", new SQLTransientConnectionException("timed out"));

  private final Outage outage = new Outage("orders");

  @Test
  void nobodyRestsUnlessItIsAway() throws InterruptedException {
    assertThat(outage.rest()).isTrue();
    outage.began(away);
    assertThat(outage.isAway()).isTrue();
    outage.ended();
    assertThat(outage.isAway()).isFalse();
    assertThat(outage.rest()).isTrue();
  }

  @Test
  void theFirstSuccessEndsARest() throws Exception {
    outage.began(away);
    CompletableFuture<Void> resting = resting();
    outage.ended();
    resting.get(60, TimeUnit.SECONDS);
  }

  @Test
  void closingEndsARest() throws Exception {
    outage.began(away);
    CompletableFuture<Void> resting = resting();
    outage.close();
    resting.get(60, TimeUnit.SECONDS);
    assertThat(outage.rest()).isFalse();
  }

  /** So many rests would take minutes. */
  private CompletableFuture<Void> resting() {
    return CompletableFuture.runAsync(
        () -> {
          try {
            for (int i = 0; i < 50; i++) {
              boolean unused = outage.rest();
            }
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
