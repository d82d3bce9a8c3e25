package dev.mailroom.inbox;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A schema of its own on one PostgreSQL server for all tests, with the tables of inbox and outbox
 * and one for effects. A database each would cost the server a thousand times the files.
 */
public final class TestDatabase implements AutoCloseable {

  private static final PostgresServer SERVER = PostgresServer.start();
  private static final String URL = SERVER.createDatabase("inbox");
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String schema;
  private final List<HikariDataSource> pools = new ArrayList<>();
  private final HikariDataSource own;

  private TestDatabase(String schema) {
    this.schema = schema;
    this.own = pool(2);
    execute("CREATE SCHEMA " + schema);
  }

  static TestDatabase empty() {
    return new TestDatabase("test_" + COUNT.incrementAndGet());
  }

  public static TestDatabase create() {
    TestDatabase database = empty();
    InboxSchema.migrate(database.own);
    OutboxSchema.migrate(database.own);
    database.execute(
        "CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY, name text NOT NULL)");
    return database;
  }

  /** Closed with this; a connection that is not to be had soon is a leak. */
  public HikariDataSource pool(int size) {
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl(URL + "&currentSchema=" + schema);
    pool.setMaximumPoolSize(size);
    pool.setConnectionTimeout(20_000);
    pools.add(pool);
    return pool;
  }

  public static void addEffect(Connection connection, String name) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO effect (name) VALUES (?)")) {
      insert.setString(1, name);
      insert.executeUpdate();
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static List<String> texts(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    }
  }

  void execute(String sql) {
    try (Connection connection = own.getConnection()) {
      execute(connection, sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first column. */
  public List<String> texts(String query) {
    try (Connection connection = own.getConnection()) {
      return texts(connection, query);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same within a transaction, and different in another. */
  String transaction(Connection connection) throws SQLException {
    return texts(connection, "SELECT pg_current_xact_id()").get(0);
  }

  /** What handlers did, in the order in which they did it. */
  public List<String> effects() {
    return texts("SELECT name FROM effect ORDER BY id");
  }

  List<String> recorded() {
    return texts("SELECT message_id FROM inbox_message ORDER BY message_id");
  }

  @Override
  public void close() {
    pools.forEach(HikariDataSource::close);
  }
}
