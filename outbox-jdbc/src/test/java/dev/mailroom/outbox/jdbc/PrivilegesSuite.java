package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.LeaseStore;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.OutboxStore;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.OrderedLane;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import dev.mailroom.relay.OutboxStore.Settlement;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The privileges in the documentation of {@link OutboxSchema} are enough. */
abstract class PrivilegesSuite {

  private static final Duration HOUR = Duration.ofHours(1);

  private final TestServer server;

  private TestDatabase database;

  PrivilegesSuite(Database kind) {
    server = TestServer.of(kind);
  }

  @BeforeEach
  void grant() {
    database = server.withOutbox();
    database.grantRoles();
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void publish(Message... messages) throws SQLException {
    try (Connection connection = database.as("writer").getConnection()) {
      connection.setAutoCommit(false);
      JdbcOutbox outbox = JdbcOutbox.builder().keyLock(true).build();
      outbox.publishAll(connection, List.of(messages));
      outbox.publish(connection, messages[0]);
      connection.commit();
    }
  }

  private static Message.Builder message() {
    return Message.to("orders").type("T").key("k").payload("x");
  }

  @Test
  void writersOnlyInsert() throws SQLException {
    publish(message().build(), message().build(), message().deliverAt(Instant.EPOCH).build());
    assertThat(database.query("SELECT seq FROM outbox_message")).hasSize(3);
    assertThat(database.query("SELECT seq FROM outbox_parked")).hasSize(1);
    try (Connection connection = database.as("writer").getConnection()) {
      for (String table : List.of("outbox_message", "outbox_parked")) {
        for (String denied : List.of("DELETE FROM ", "SELECT 1 FROM ")) {
          assertThatThrownBy(() -> TestDatabase.execute(connection, denied + table))
              .as(denied + table)
              .hasMessageMatching("(?s).*(permission denied|command denied|Not enough rights).*");
        }
      }
    }
  }

  @Test
  void relaysDoAllTheyDo() throws SQLException {
    publish(message().build(), message().build(), message().deliverAt(Instant.EPOCH).build());
    OutboxStore store = JdbcOutboxStore.of(database.as("relay"));
    UUID relay = new UUID(1, 1);
    try (LeaseStore leases = store.leases()) {
      leases.renew(relay, HOUR, List.of());
      List<Lease> held = leases.take(relay, HOUR, leases.look(HOUR).partitions());
      leases.renew(relay, HOUR, held);
      work(store, held);
      leases.release(held);
      leases.leave(relay);
    }
    assertThat(database.query("SELECT seq FROM outbox_message")).isEmpty();
    assertThatThrownBy(() -> JdbcOutboxStore.of(database.as("writer")).destinations())
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("SQLState " + server.words().denied());
  }

  private void work(OutboxStore store, List<Lease> held) {
    store.remember(List.of("orders"));
    assertThat(store.destinations()).hasSize(1);
    store.openWriters();
    List<Range> all =
        IntStream.range(0, Lane.PARTITIONS)
            .mapToObj(i -> new Range(new Lane("orders", i), 0, Long.MAX_VALUE, 0, 10))
            .toList();
    List<RowId> ids = store.read(all, 1_000).stream().map(Row::id).toList();
    assertThat(store.load(ids)).hasSize(3);
    store.acknowledge(ids.subList(2, 3));

    OrderedLane lane = new OrderedLane(ids.get(0).lane(), true);
    Parking dead = new Parking(ids.get(0), ParkedState.DEAD, Duration.ZERO, 1, "refused");
    Parking blocked = new Parking(ids.get(1), ParkedState.BLOCKED, Duration.ZERO, 0, "behind");
    Set<OrderedKey> keys = Set.of(new OrderedKey(lane, "k"));
    store.settle(held, new Settlement(List.of(dead, blocked), List.of(), List.of(), keys));
    assertThat(store.openLanes(held, List.of(lane))).isEqualTo(keys);
    store.settle(held, new Settlement(List.of(), List.of(dead), ids.subList(0, 1), keys));
    Set<Integer> partitions =
        IntStream.range(0, Lane.PARTITIONS).boxed().collect(Collectors.toSet());
    assertThat(store.due(partitions, List.of("orders"), 10, 10)).hasSize(2);
  }
}
