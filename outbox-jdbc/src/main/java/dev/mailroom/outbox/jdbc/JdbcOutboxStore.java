package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.relay.OutboxStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/**
 * The relay's side of the outbox in a relational database. It takes a connection for each call and
 * keeps no state in it, so it works behind a pool or PgBouncer in transaction mode; a relay uses at
 * most four at a time. Give it timeouts: a socket timeout and a connection timeout of a few
 * seconds.
 */
public final class JdbcOutboxStore implements OutboxStore {

  private final DataSource dataSource;

  private JdbcOutboxStore(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** A store in the default schema of {@code dataSource}, a pool best. */
  public static JdbcOutboxStore of(DataSource dataSource) {
    return new JdbcOutboxStore(dataSource);
  }

  @Override
  public List<String> destinations() {
    return reading(Dialect::destinations);
  }

  @Override
  public List<Row> read(List<Range> ranges, int maxInline) {
    return reading((dialect, connection) -> dialect.read(connection, ranges, maxInline));
  }

  @Override
  public List<Row> load(List<RowId> rows) {
    return reading((dialect, connection) -> dialect.load(connection, rows));
  }

  @Override
  public void acknowledge(List<RowId> rows) {
    List<RowId> sorted = rows.stream().sorted().toList();
    writing(
        (dialect, connection) -> {
          dialect.commitLazily(connection);
          dialect.delete(connection, sorted);
        });
  }

  @Override
  public Optional<Set<String>> openWriters() {
    return reading(Dialect::openWriters);
  }

  @Override
  public void park(List<Parking> rows) {
    List<Parking> sorted = rows.stream().sorted(Comparator.comparing(Parking::id)).toList();
    writing((dialect, connection) -> dialect.park(connection, sorted));
  }

  @Override
  public Set<BlockedKey> blockedKeys() {
    return reading(Dialect::blockedKeys);
  }

  private interface Query<T> {
    T run(Dialect dialect, Connection connection) throws SQLException;
  }

  private interface Update {
    void run(Dialect dialect, Connection connection) throws SQLException;
  }

  /** One statement; in auto-commit, so that it costs one round trip and leaves nothing open. */
  private <T> T reading(Query<T> query) {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(true);
      return query.run(Dialect.of(connection), connection);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private void writing(Update update) {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        update.run(Dialect.of(connection), connection);
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        rollback(connection, e);
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static void rollback(Connection connection, Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private static MailroomException failed(SQLException e) {
    return new MailroomException(
        "The outbox's database failed (SQLState " + e.getSQLState() + "): " + e.getMessage(), e);
  }
}
