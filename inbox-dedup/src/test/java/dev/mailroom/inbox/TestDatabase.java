package dev.mailroom.inbox;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.testkit.database.DatabaseKind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * A database of its own, with the tables of inbox and outbox and one for effects; the testkit says
 * from which server.
 */
public final class TestDatabase implements AutoCloseable {

  final Database database;
  private final dev.mailroom.testkit.database.TestDatabase made;
  private final List<HikariDataSource> pools = new ArrayList<>();
  private final HikariDataSource own;

  private TestDatabase(Database database) {
    this.database = database;
    this.made =
        dev.mailroom.testkit.database.TestDatabase.create(DatabaseKind.valueOf(database.name()));
    this.own = pool(2);
  }

  static TestDatabase empty(Database kind) {
    return new TestDatabase(kind);
  }

  public static TestDatabase create() {
    return on(Database.POSTGRESQL);
  }

  static TestDatabase on(Database kind) {
    TestDatabase database = new TestDatabase(kind);
    InboxSchema.migrate(database.own);
    if (kind == Database.POSTGRESQL) {
      OutboxSchema.migrate(database.own);
    }
    database.execute(
        switch (kind) {
          case POSTGRESQL, H2 ->
              "CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY, name varchar(200) NOT"
                  + " NULL)";
          case MARIADB, MYSQL ->
              "CREATE TABLE effect (id bigint AUTO_INCREMENT PRIMARY KEY, name varchar(200) NOT"
                  + " NULL)";
        });
    return database;
  }

  void migrateOutbox() {
    OutboxSchema.migrate(own);
  }

  /** How many sessions wait for what others have locked. */
  int waitingForALock() {
    return texts(
            switch (database) {
              case POSTGRESQL ->
                  "SELECT query FROM pg_stat_activity"
                      + " WHERE application_name = current_setting('application_name')"
                      + " AND wait_event_type = 'Lock'";
              case MARIADB, MYSQL ->
                  "SELECT trx_query FROM information_schema.innodb_trx"
                      + " JOIN information_schema.processlist ON id = trx_mysql_thread_id"
                      + " WHERE trx_state = 'LOCK WAIT' AND db = database()";
              case H2 ->
                  // It shows no waiting for a key, only the statement that does not end.
                  "SELECT session_id FROM information_schema.sessions"
                      + " WHERE session_id <> session_id()"
                      + " AND lower(executing_statement) LIKE '%inbox_message%'";
            })
        .size();
  }

  /** Statements that end with a semicolon at the end of a line. */
  void script(String sql) {
    for (String statement : List.of(sql.split(";\\s*\n"))) {
      if (!statement.isBlank()) {
        execute(statement);
      }
    }
  }

  /** Closed with this; a connection that is not to be had soon is a leak. */
  public HikariDataSource pool(int size) {
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl(made.jdbcUrl());
    if (database == Database.POSTGRESQL) {
      // All databases of this kind share one server, and its views of sessions.
      pool.addDataSourceProperty("ApplicationName", made.name());
    }
    pool.setMaximumPoolSize(size);
    pool.setConnectionTimeout(20_000);
    pools.add(pool);
    return pool;
  }

  /** Transactions fail that write what was changed since their snapshot. */
  void keepToSnapshots(HikariDataSource pool) {
    pool.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
    switch (database) {
      case POSTGRESQL, H2 -> {}
      case MARIADB -> pool.setConnectionInitSql("SET innodb_snapshot_isolation = ON");
      case MYSQL -> Assumptions.abort("MySQL overwrites such changes");
    }
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

  /** Ends a connection as a server that dies does: its transaction is rolled back. */
  void kill(Connection connection) throws SQLException {
    String id =
        texts(
                connection,
                switch (database) {
                  case POSTGRESQL -> "SELECT pg_backend_pid()";
                  case MARIADB, MYSQL -> "SELECT connection_id()";
                  case H2 -> "SELECT session_id()";
                })
            .get(0);
    execute(
        switch (database) {
          case POSTGRESQL -> "SELECT pg_terminate_backend(" + id + ", 30000)";
          case MARIADB, MYSQL -> "KILL " + id;
          case H2 -> "SELECT abort_session(" + id + ")";
        });
  }

  /** An expression. */
  String daysAgo(int days) {
    return switch (database) {
      case POSTGRESQL -> "clock_timestamp() - interval '" + days + " days'";
      case MARIADB, MYSQL -> "utc_timestamp(6) - INTERVAL (" + days + ") DAY";
      case H2 -> "DATEADD(DAY, -(" + days + "), current_timestamp)";
    };
  }

  /** As {@link #daysAgo}. */
  String hoursAgo(int hours) {
    return switch (database) {
      case POSTGRESQL -> "clock_timestamp() - interval '" + hours + " hours'";
      case MARIADB, MYSQL -> "utc_timestamp(6) - INTERVAL (" + hours + ") HOUR";
      case H2 -> "DATEADD(HOUR, -(" + hours + "), current_timestamp)";
    };
  }

  /** Of the schema, or on MariaDB and MySQL of the database. */
  String name() {
    return made.name();
  }

  String quoted(String identifier) {
    String quote = database == Database.MARIADB || database == Database.MYSQL ? "`" : "\"";
    return quote + identifier + quote;
  }

  /** The same within a transaction, and different in another. */
  String transaction(Connection connection) throws SQLException {
    String query =
        switch (database) {
          case POSTGRESQL -> "SELECT pg_current_xact_id()";
          case MARIADB, MYSQL ->
              "SELECT trx_id FROM information_schema.innodb_trx"
                  + " WHERE trx_mysql_thread_id = connection_id()";
          case H2 -> "CALL TRANSACTION_ID()";
        };
    return texts(connection, query).get(0);
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
    made.close();
  }
}
