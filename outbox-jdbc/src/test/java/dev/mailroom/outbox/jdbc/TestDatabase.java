package dev.mailroom.outbox.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/** A fresh schema on a server that other tests share; it is the default one of its connections. */
final class TestDatabase implements AutoCloseable {

  final TestServer server;
  final String url;
  private final HikariDataSource pool = new HikariDataSource();

  TestDatabase(TestServer server, String url) {
    this.server = server;
    this.url = url;
    pool.setJdbcUrl(url);
    pool.setMaximumPoolSize(10);
    // One that is not to be had soon is a leak.
    pool.setConnectionTimeout(20_000);
  }

  DataSource pool() {
    return pool;
  }

  /** Opens a new connection each time. */
  DataSource unpooled() {
    return server.dataSource(url);
  }

  DataSource as(String user) {
    return server.dataSource(server.urlAs(user, this));
  }

  /** In a transaction. */
  Connection begin() throws SQLException {
    Connection connection = pool.getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  int execute(String sql, Object... parameters) {
    try (Connection connection = pool.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      set(statement, parameters);
      statement.execute();
      return statement.getUpdateCount();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void set(PreparedStatement statement, Object... parameters) throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
  }

  /** The first column, as text. */
  List<String> query(String sql, Object... parameters) {
    try (Connection connection = pool.getConnection()) {
      return query(connection, sql, parameters);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static List<String> query(Connection connection, String sql, Object... parameters) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      set(statement, parameters);
      try (ResultSet rows = statement.executeQuery()) {
        List<String> texts = new ArrayList<>();
        while (rows.next()) {
          texts.add(rows.getString(1));
        }
        return texts;
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All columns of all rows, as text. */
  List<String> rows(String sql) {
    try (Connection connection = pool.getConnection()) {
      return rows(connection, sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static String row(Connection connection, String sql) {
    try {
      return rows(connection, sql).get(0);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> rows(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      int columns = rows.getMetaData().getColumnCount();
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(row(rows, columns));
      }
      return texts;
    }
  }

  private static String row(ResultSet rows, int columns) throws SQLException {
    List<String> texts = new ArrayList<>();
    for (int column = 1; column <= columns; column++) {
      texts.add(rows.getString(column));
    }
    return IntStream.range(0, columns)
        .mapToObj(i -> String.valueOf(texts.get(i)))
        .collect(Collectors.joining("|"));
  }

  /** What {@link OutboxSchema#printGrants} prints, for users who are called as their roles. */
  void grantRoles() {
    List.of("writer", "relay", "operator").forEach(server::createUser);
    OutboxSchema.Roles roles = new OutboxSchema.Roles("writer", "relay", "operator");
    for (String grant : grants(roles).split(";\n", -1)) {
      if (!grant.isBlank()) {
        execute(grant);
      }
    }
  }

  private String grants(OutboxSchema.Roles roles) {
    try (Connection connection = pool.getConnection()) {
      return OutboxSchema.printGrants(Database.of(connection), TableNames.DEFAULT, roles);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
