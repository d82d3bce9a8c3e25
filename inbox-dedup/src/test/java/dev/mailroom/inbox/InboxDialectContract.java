package dev.mailroom.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.outbox.jdbc.TableNames;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every statement that a dialect has to know is one that its database takes. */
abstract class InboxDialectContract {

  abstract TestDatabase create();

  @Test
  void everyStatementRuns() throws Exception {
    try (TestDatabase database = create();
        Connection connection = database.pool(1).getConnection()) {
      connection.setAutoCommit(false);
      InboxDialect dialect =
          new InboxTable("billing", Duration.ofSeconds(1), TableNames.DEFAULT).dialect(connection);
      for (Method method : InboxDialect.class.getDeclaredMethods()) {
        if (!method.isSynthetic()) {
          dialect.begin(connection);
          dialect.claimAll(connection, List.of("of " + method.getName()));
          Object answer = call(dialect, method, connection);
          if (answer instanceof String sql) {
            run(connection, sql);
          }
          connection.rollback();
        }
      }
      assertThat(database.recorded()).containsExactly("of commit");
    }
  }

  private static Object call(InboxDialect dialect, Method method, Connection connection)
      throws Exception {
    try (PreparedStatement select =
            connection.prepareStatement("SELECT processed_at FROM inbox_message");
        ResultSet row = select.executeQuery()) {
      row.next();
      Object[] arguments =
          Arrays.stream(method.getParameterTypes())
              .map(type -> argument(type, connection, row))
              .toArray();
      return method.invoke(dialect, arguments);
    }
  }

  private static Object argument(Class<?> type, Connection connection, ResultSet row) {
    if (type == Connection.class) {
      return connection;
    } else if (type == ResultSet.class) {
      return row;
    } else if (type == Savepoint.class) {
      return savepoint(connection);
    } else if (type == String.class) {
      return "processed_at";
    } else if (type == Collection.class || type == List.class) {
      return List.of("m1");
    } else if (type == Instant.class) {
      return Instant.EPOCH;
    } else if (type == long.class) {
      return 1L;
    }
    throw new IllegalArgumentException("No value for a " + type);
  }

  private static Savepoint savepoint(Connection connection) {
    try {
      return connection.setSavepoint("mailroom_test");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An expression is the one without a verb. */
  private static void run(Connection connection, String sql) throws SQLException {
    String whole = sql.matches("(?s)(SELECT|INSERT|MERGE).*") ? sql : "SELECT " + sql;
    try (PreparedStatement statement = connection.prepareStatement(whole)) {
      for (int i = 1; i <= statement.getParameterMetaData().getParameterCount(); i++) {
        switch (i) {
          case 7 -> statement.setBytes(i, new byte[] {1});
          case 8, 9 -> statement.setObject(i, null);
          case 10 -> statement.setInt(i, 1);
          default -> statement.setString(i, "a");
        }
      }
      statement.execute();
    }
  }
}
