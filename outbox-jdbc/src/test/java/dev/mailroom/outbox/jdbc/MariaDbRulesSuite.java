package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.MailroomException.InvalidMessage;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What only MariaDB and MySQL do, and how the outbox deals with it. */
abstract class MariaDbRulesSuite {

  private final TestServer server;
  private TestDatabase database;
  private OutboxStore store;

  MariaDbRulesSuite(Database kind) {
    server = TestServer.of(kind);
  }

  @BeforeEach
  void migrate() {
    database = server.withOutbox();
    store = JdbcOutboxStore.of(database.pool());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static String insert(String destination, String key) {
    return "INSERT INTO outbox_message (destination, message_id, message_key, message_type,"
        + " payload) VALUES ('"
        + destination
        + "', UUID(), "
        + key
        + ", 'T', 'x')";
  }

  private Set<String> writers() {
    return store.openWriters().orElseThrow();
  }

  /** Its share locks are gone by then, and its row may yet appear. */
  @Test
  void aPreparedTransactionIsAnOpenWriter() throws SQLException {
    try (Connection writer = database.pool().getConnection()) {
      TestDatabase.execute(writer, "XA START 'prepared'");
      TestDatabase.execute(writer, insert("orders", "'k'"));
      Set<String> begun = writers();
      assertThat(begun).isNotEmpty();
      TestDatabase.execute(writer, "XA END 'prepared'");
      TestDatabase.execute(writer, "XA PREPARE 'prepared'");
      assertThat(writers()).containsAll(begun);
      TestDatabase.execute(writer, "XA COMMIT 'prepared'");
      assertThat(writers()).isEmpty();
    }
  }

  /** A number is drawn after the gate is locked: without a gate there is no row. */
  @Test
  void withoutAGateNothingIsWritten() {
    database.execute("DELETE FROM outbox_lock WHERE purpose = 'GATE'");
    assertThatThrownBy(() -> database.execute(insert("orders", "'k'")))
        .hasMessageContaining("partition_no");
    assertThat(database.query("SELECT seq FROM outbox_message")).isEmpty();
  }

  @Test
  void anIdIsLowerCaseAndAnId() {
    String id = "0190C4A8-0000-7000-8000-00000000ABCD";
    database.execute(insert("orders", "NULL").replace("UUID()", "'" + id + "'"));
    assertThat(store.destinations()).hasSize(1);
    assertThat(database.query("SELECT message_id FROM outbox_message"))
        .containsExactly(UUID.fromString(id).toString());
    assertThatThrownBy(
            () -> database.execute(insert("orders", "NULL").replace("UUID()", "'1-1-1-1-1'")))
        .hasMessageContaining("outbox_message_id_is_uuid");
  }

  @Test
  void aMessageAboveThePacketLimitIsRefusedAndNothingIsLost() throws SQLException {
    String before = database.query("SELECT @@GLOBAL.max_allowed_packet").get(0);
    database.execute("SET GLOBAL max_allowed_packet = 1048576");
    try (Connection writer = database.unpooled().getConnection()) {
      writer.setAutoCommit(false);
      JdbcOutbox outbox = JdbcOutbox.builder().maxBytes(1_048_576).build();
      Message small = Message.to("orders").type("T").payload("small").build();
      Message large = Message.to("orders").type("T").payload("'".repeat(700_000)).build();
      outbox.publish(writer, small);
      assertThatThrownBy(() -> outbox.publishAll(writer, List.of(small, large)))
          .isInstanceOf(InvalidMessage.class)
          .hasMessageContaining("needs a statement of 1400520 bytes")
          .hasMessageContaining("max_allowed_packet = 1048576")
          .hasMessageContaining("Raise max_allowed_packet");
      Message later =
          Message.to("orders")
              .type("T")
              .payload("'".repeat(700_000))
              .deliverAt(Instant.EPOCH)
              .build();
      assertThatThrownBy(() -> outbox.publishAll(writer, List.of(small, later)))
          .isInstanceOf(InvalidMessage.class);
      outbox.publishAll(
          writer,
          Collections.nCopies(
              3, Message.to("orders").type("T").payload("x".repeat(900_000)).build()));
      writer.commit();
    } finally {
      database.execute("SET GLOBAL max_allowed_packet = " + before);
    }
    assertThat(database.query("SELECT content_bytes FROM outbox_message ORDER BY seq"))
        .containsExactly("5", "900000", "900000", "900000");
  }

  @Test
  void aServerThatTakesNoWritesIsNamed() throws SQLException {
    database.grantRoles();
    database.execute("SET GLOBAL read_only = 1");
    try (Connection writer = database.as("writer").getConnection()) {
      writer.setAutoCommit(false);
      Message message = Message.to("orders").type("T").payload("x").build();
      assertThatThrownBy(() -> JdbcOutbox.create().publish(writer, message))
          .isInstanceOf(MailroomException.class)
          .hasMessageContaining("Connect to the primary");
      assertThatThrownBy(() -> JdbcOutboxStore.of(database.as("relay")).remember(List.of("a")))
          .isInstanceOf(MailroomException.class)
          .hasMessageContaining("Connect to the primary");
    } finally {
      database.execute("SET GLOBAL read_only = 0");
    }
  }
}
