package dev.mailroom.outbox.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** A fresh schema on a server that other tests share; it is the default one of its connections. */
final class TestDatabase implements AutoCloseable {

  private static final AtomicInteger COUNT = new AtomicInteger();

  final String url;
  private final HikariDataSource pool = new HikariDataSource();

  private TestDatabase(String url) {
    this.url = url;
    pool.setJdbcUrl(url);
    pool.setMaximumPoolSize(10);
    // One that is not to be had soon is a leak.
    pool.setConnectionTimeout(20_000);
  }

  static TestDatabase empty(PostgresServer server) {
    String schema = "test_" + COUNT.incrementAndGet();
    TestDatabase database =
        new TestDatabase(server.jdbcUrl("postgres") + "&currentSchema=" + schema);
    database.execute("CREATE SCHEMA " + schema);
    return database;
  }

  static TestDatabase withOutbox(PostgresServer server) {
    TestDatabase database = empty(server);
    OutboxSchema.migrate(database.pool);
    return database;
  }

  DataSource pool() {
    return pool;
  }

  /** In a transaction. */
  Connection begin() throws SQLException {
    Connection connection = pool.getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  void execute(String sql) {
    try (Connection connection = pool.getConnection()) {
      execute(connection, sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first column, as text. */
  List<String> query(String sql) {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
