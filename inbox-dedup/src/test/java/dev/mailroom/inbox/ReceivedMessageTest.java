package dev.mailroom.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mailroom.outbox.Headers;
import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.MailroomException.InvalidMessage;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class ReceivedMessageTest {

  @Test
  void idAndPayloadAreRequired() {
    assertThatExceptionOfType(InvalidMessage.class)
        .isThrownBy(() -> ReceivedMessage.from("q").payload("p").build())
        .withMessage("id is missing");
    assertThatExceptionOfType(InvalidMessage.class)
        .isThrownBy(() -> ReceivedMessage.from("q").id("i").build())
        .withMessage("payload is missing");
  }

  @Test
  void aTimeThatCannotBeReadIsNone() {
    Headers attributes = Headers.of(Map.of("mailroom-time", new Headers.Value.Text("soon")));
    assertThat(
            ReceivedMessage.from("q")
                .id("i")
                .payload("p")
                .attributes(attributes)
                .build()
                .createdAt())
        .isEmpty();
  }

  @Test
  void onlyWhatWasSentAsBinaryIsBinary() {
    ReceivedMessage text = ReceivedMessage.from("q").id("i").payload("AQID").build();
    assertThatExceptionOfType(InvalidMessage.class)
        .isThrownBy(text::binaryPayload)
        .withMessageContaining("content-encoding")
        .withMessageContaining("absent");
  }

  @Test
  void anIdThatDoesNotFitIsRefusedWithItsBound() {
    assertThat(InboxKey.of("c", "x".repeat(128)).messageId()).hasSize(128);
    for (String bad : new String[] {"", "x".repeat(129), "a\0b"}) {
      assertThatExceptionOfType(MailroomException.class)
          .isThrownBy(() -> InboxKey.of("c", bad))
          .withMessageContaining("1 to 128 characters");
    }
  }

  @Test
  void idsOfOthersStayAsTheyAre() {
    assertThat(InboxKey.of("c", "ABC-1").messageId()).isEqualTo("ABC-1");
    assertThat(InboxKey.of("c", "0193E7A2-0000-7000-8000-00000000000A").messageId())
        .isEqualTo("0193e7a2-0000-7000-8000-00000000000a");
  }

  @Test
  void settingsOutOfBoundsAreRefused() {
    Inbox.Builder builder = Inbox.builder(new PGSimpleDataSource(), "c");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.lockTimeout(Duration.ZERO))
        .withMessage("lockTimeout must be PT0.001S to PT10M, but is PT0S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.retries(-1))
        .withMessage("retries must be 0 to 100, but are -1");
  }

  @Test
  void aTransientStateIsFoundBehindCausesAndChains() {
    SQLException deadlock = new SQLException("deadlock", "40P01");
    BatchUpdateException batch = new BatchUpdateException("batch", "XX000", 0, new int[0], null);
    batch.setNextException(deadlock);
    Throwable wrapped = new IllegalStateException(new RuntimeException(batch));
    assertThat(SqlFailure.isWorthRetrying(wrapped)).isTrue();
    SQLException circle = new SQLException("circle", "23505");
    circle.initCause(new RuntimeException(circle));
    assertThat(SqlFailure.isWorthRetrying(circle)).isFalse();
    assertThat(SqlFailure.isWorthRetrying(new SQLException("no state"))).isFalse();
  }
}
