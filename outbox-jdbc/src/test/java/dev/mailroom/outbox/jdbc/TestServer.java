package dev.mailroom.outbox.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import javax.sql.DataSource;

/**
 * A database server that all tests of this JVM share, and what it says in words of its own. It ends
 * with the JVM.
 */
abstract class TestServer {

  private static final Map<Database, TestServer> STARTED = new ConcurrentHashMap<>();
  private static final AtomicInteger COUNT = new AtomicInteger();

  static TestServer of(Database database) {
    return STARTED.computeIfAbsent(database, TestServer::start);
  }

  private static TestServer start(Database database) {
    TestServer server =
        switch (database) {
          case POSTGRESQL -> new PostgreSqlTestServer();
          case MARIADB -> MariaDbTestServer.mariaDb();
          case MYSQL -> MariaDbTestServer.mySql();
          case H2 -> new H2TestServer("");
        };
    if (server.canRestart()) {
      // Of the others the testkit tells.
      System.out.println("Tests use " + database + ", embedded, which they restart");
    }
    return server;
  }

  /** Whether the machine's owner says where databases come from; tests cannot restart these. */
  static boolean isNamed(String urlVariable) {
    String choice = System.getProperty("mailroom.databases", "auto");
    return choice.equals("containers")
        || (choice.equals("auto") && System.getenv(urlVariable) != null);
  }

  /** Nobody else's, not even another JVM's on the same server. */
  static String newName() {
    return "mail_" + ProcessHandle.current().pid() + "_" + COUNT.incrementAndGet();
  }

  /** A fresh schema, the default one of its connections. */
  abstract TestDatabase empty();

  final TestDatabase withOutbox() {
    TestDatabase database = empty();
    OutboxSchema.migrate(database.pool());
    return database;
  }

  /** Opens a new connection each time. */
  abstract DataSource dataSource(String url);

  /** Whether {@link #stop} and {@link #startAgain} do something. */
  abstract boolean canRestart();

  abstract void stop();

  abstract void startAgain();

  /** A user who may log in and nothing else, unless there is one. */
  abstract void createUser(String name);

  /** The URL of the database for another user. */
  abstract String urlAs(String user, TestDatabase database);

  /** Keeps all others from a table until it is closed. */
  abstract AutoCloseable block(TestDatabase database, String table) throws SQLException;

  /** How many sessions wait for a lock. */
  abstract int waiting(TestDatabase database);

  /** The statements that inserted into outbox_message so far, on this connection. */
  abstract IntSupplier inserts(TestDatabase database, Connection connection);

  /** The settings of a session, and its locks, that it must not leave behind. */
  abstract String sessionSettings();

  /** An expression for a new id. */
  abstract String newId();

  /** An expression for the time now, as the columns hold it. */
  abstract String now();

  /** An id as a parameter, as the columns hold it. */
  Object id(UUID id) {
    return id;
  }

  /** A time as a parameter, as the columns hold it. */
  abstract Object time(Instant time);

  /** A time as a literal, as the columns hold it. */
  abstract String literal(Instant time);

  /** What puts a session into a time zone that is not UTC. */
  String leavesUtc() {
    return "SET TIME ZONE 'Pacific/Pago_Pago'";
  }

  /** The time of a column that was read by {@code getString}. */
  abstract Instant time(String text);

  /** What the messages say of some failures. */
  abstract Words words();

  /** SQLStates, and a pattern of some of a connection whose server went away or is away. */
  record Words(
      String noTable,
      String checkFailed,
      String denied,
      String lockTimeout,
      String goneAway,
      String notThere) {}
}
