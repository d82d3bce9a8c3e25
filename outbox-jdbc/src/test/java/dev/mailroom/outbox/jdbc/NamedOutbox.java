package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.DeadLetters.Filter;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.LeaseStore;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.OutboxStore;
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

/** The way of a message through tables of certain names. */
final class NamedOutbox {

  private static final Duration HOUR = Duration.ofHours(1);

  private NamedOutbox() {}

  static void publish(TestDatabase database, TableNames names) throws SQLException {
    try (Connection connection = database.begin()) {
      Message.Builder message = Message.to("orders").type("T").key("k").payload("x");
      JdbcOutbox outbox = JdbcOutbox.builder().tables(names).keyLock(true).build();
      outbox.publish(connection, message.build());
      outbox.publish(connection, message.deliverAt(Instant.EPOCH).id(UUID.randomUUID()).build());
      connection.commit();
    }
  }

  /** Publishes, parks, looks, marks, pauses; no message is left in the hot table. */
  static void assertWorks(TestDatabase database, TableNames names) throws SQLException {
    publish(database, names);
    OutboxStore store = JdbcOutboxStore.of(database.pool(), names);
    store.remember(List.of("orders"));
    store.openWriters();
    List<RowId> ids = store.read(everything(), 1_000).stream().map(Row::id).toList();
    assertThat(ids).hasSize(1);
    try (LeaseStore leases = store.leases()) {
      leases.renew(new UUID(1, 1), HOUR, List.of());
      List<Lease> held = leases.take(new UUID(1, 1), HOUR, leases.look(HOUR).partitions());
      Parking dead = new Parking(ids.get(0), ParkedState.DEAD, Duration.ZERO, 1, "refused");
      store.settle(held, new Settlement(List.of(dead), List.of(), List.of(), Set.of()));
      store.acknowledge(ids);
    }
    DeadLetters letters = DeadLetters.of(database.pool(), names);
    assertThat(letters.list(Filter.all(), null, 10)).hasSize(1);
    assertThat(letters.discard(Filter.all(), "me")).isEqualTo(1);
    assertThat(store.due(partitions(), List.of("orders"), 10, 10)).hasSize(2);
    assertThat(Destinations.of(database.pool(), names).pause("orders", "me", "")).isTrue();
    assertThat(store.destinations()).allMatch(OutboxStore.Destination::paused);
  }

  private static Set<Integer> partitions() {
    return IntStream.range(0, Lane.PARTITIONS).boxed().collect(Collectors.toSet());
  }

  private static List<Range> everything() {
    return IntStream.range(0, Lane.PARTITIONS)
        .mapToObj(i -> new Range(new Lane("orders", i), 0, Long.MAX_VALUE, 0, 10))
        .toList();
  }
}
