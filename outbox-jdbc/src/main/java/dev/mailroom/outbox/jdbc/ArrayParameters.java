package dev.mailroom.outbox.jdbc;

import dev.mailroom.relay.OutboxStore.RowId;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sets the parameters of a statement one after the other, a column of values as one array. */
final class ArrayParameters {

  private final PreparedStatement statement;
  private int last;

  ArrayParameters(PreparedStatement statement) {
    this.statement = statement;
  }

  int next() {
    return ++last;
  }

  <T> void add(String sqlType, List<T> items, Function<T, @Nullable Object> column)
      throws SQLException {
    Object[] values = items.stream().map(column).toArray();
    Array array = statement.getConnection().createArrayOf(sqlType, values);
    statement.setArray(next(), array);
  }

  <T> void addIds(List<T> items, Function<T, RowId> id) throws SQLException {
    add("text", items, item -> id.apply(item).lane().destination());
    add("smallint", items, item -> id.apply(item).lane().partition());
    add("bigint", items, item -> id.apply(item).seq());
    add("uuid", items, item -> id.apply(item).messageId());
  }
}
