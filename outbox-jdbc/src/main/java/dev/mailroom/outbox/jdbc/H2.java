package dev.mailroom.outbox.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;

/**
 * H2 2.x, for tests and toys: in the JVM a statement costs no round trip, so most of these work row
 * by row.
 */
final class H2 extends Dialect {

  private static final String ISOLATION =
      "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL ";

  H2(TableNames names) {
    this(new Sql(names, Database.H2));
  }

  private H2(Sql sql) {
    this(sql, new H2Turns(sql));
  }

  private H2(Sql sql, H2Turns turns) {
    super(
        new H2Writer(sql, turns),
        new H2Hot(sql),
        new H2Parked(sql, turns),
        new H2Leases(sql, turns));
  }

  /** All of it is the session's; what it was is kept in variables of the session. */
  @Override
  void bound(Connection connection, Duration lock, Duration statement) throws SQLException {
    execute(
        connection,
        """
        SET @mailroom_isolation = COALESCE(@mailroom_isolation,
          (SELECT isolation_level FROM INFORMATION_SCHEMA.SESSIONS
           WHERE session_id = SESSION_ID()))
        """,
        ISOLATION + "READ COMMITTED",
        "SET @mailroom_lock = COALESCE(@mailroom_lock, LOCK_TIMEOUT())",
        """
        SET @mailroom_query = COALESCE(@mailroom_query,
          (SELECT CAST(setting_value AS int) FROM INFORMATION_SCHEMA.SETTINGS
           WHERE setting_name = 'QUERY_TIMEOUT'))
        """,
        "SET LOCK_TIMEOUT " + lock.toMillis(),
        "SET QUERY_TIMEOUT " + statement.toMillis());
  }

  @Override
  void unbound(Connection connection) throws SQLException {
    Optional<String> isolation = isolationBefore(connection);
    if (isolation.isPresent()) {
      execute(connection, ISOLATION + isolation.get());
    }
    execute(
        connection,
        "SET LOCK_TIMEOUT COALESCE(@mailroom_lock, LOCK_TIMEOUT())",
        """
        SET QUERY_TIMEOUT COALESCE(@mailroom_query,
          (SELECT CAST(setting_value AS int) FROM INFORMATION_SCHEMA.SETTINGS
           WHERE setting_name = 'QUERY_TIMEOUT'))
        """,
        "SET @mailroom_isolation = NULL",
        "SET @mailroom_lock = NULL",
        "SET @mailroom_query = NULL");
  }

  /** No statement takes it from a variable. */
  private static Optional<String> isolationBefore(Connection connection) throws SQLException {
    try (Statement select = connection.createStatement();
        ResultSet results = select.executeQuery("SELECT @mailroom_isolation")) {
      results.next();
      return Optional.ofNullable(results.getString(1));
    }
  }

  private static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement set = connection.createStatement()) {
      for (String statement : statements) {
        set.execute(statement);
      }
    }
  }
}
