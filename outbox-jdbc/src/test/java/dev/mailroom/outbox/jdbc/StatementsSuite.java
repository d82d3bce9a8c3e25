package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.ParkedStatements.DueQuery;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.LeaseStore.Holding;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.OrderedLane;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.RowId;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Every statement that a dialect has to know is one that its database takes. */
abstract class StatementsSuite {

  private static final Lane LANE = new Lane("orders", 3);
  private static final RowId ID = new RowId(LANE, 1, new UUID(1, 1));
  private static final OrderedLane ORDERED = new OrderedLane(LANE, true);

  private final Database kind;

  StatementsSuite(Database kind) {
    this.kind = kind;
  }

  @Test
  void everyStatementRuns() throws Exception {
    try (TestDatabase database = TestServer.of(kind).withOutbox()) {
      Dialect dialect = new Dialects(TableNames.DEFAULT).dialect(kind);
      for (Method part : Dialect.class.getDeclaredMethods()) {
        if (part.getParameterCount() == 0) {
          runAll(part.getReturnType(), part.invoke(dialect), database);
        }
      }
    }
  }

  private static void runAll(Class<?> statements, Object dialect, TestDatabase database)
      throws Exception {
    for (Method statement : statements.getDeclaredMethods()) {
      if (!Modifier.isStatic(statement.getModifiers()) && !statement.isSynthetic()) {
        try (Connection connection = database.begin()) {
          statement.invoke(
              dialect,
              Arrays.stream(statement.getGenericParameterTypes())
                  .map(type -> type == Connection.class ? connection : parameter(type))
                  .toArray());
          connection.rollback();
        }
      }
    }
  }

  private static Object parameter(Type type) {
    String[] name = type.getTypeName().split("[.$<>]", 0);
    return switch (name[name.length - 1]) {
      case "int" -> 1_000;
      case "Duration" -> Duration.ofSeconds(1);
      case "UUID" -> new UUID(1, 1);
      case "String" -> List.of("orders");
      case "Message" ->
          List.of(
              Message.to("orders")
                  .type("T")
                  .key("k")
                  .payload("x")
                  .deliverAt(Instant.EPOCH)
                  .build());
      case "Range" -> List.of(new Range(LANE, 0, Long.MAX_VALUE, 0, 10));
      case "RowId" -> List.of(ID);
      case "Parking" ->
          List.of(new Parking(ID, ParkedState.RETRYING, Duration.ofSeconds(1), 1, "refused"));
      case "OrderedKey" -> List.of(new OrderedKey(ORDERED, "k"));
      case "OrderedLane" -> List.of(ORDERED);
      case "DueQuery" -> new DueQuery(Set.of(1, 2), List.of("orders"), 10, 10);
      case "Lease" -> List.of(new Lease(3, new UUID(1, 1), 1));
      case "Holding" -> List.of(new Holding(3, Optional.empty(), 0, Instant.EPOCH, true));
      default -> throw new IllegalArgumentException("No value for a " + type.getTypeName());
    };
  }
}
