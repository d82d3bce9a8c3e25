package dev.mailroom.tests.longtransaction;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import dev.mailroom.tests.sink.Letter;
import dev.mailroom.tests.sink.Load;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;

/** A transaction that stays open for a long time, as somebody's report or migration does. */
enum Bystander {
  /** None at all. */
  NONE {
    @Override
    void begin(Connection connection) {}
  },

  /** It reads, and holds its snapshot. */
  READING {
    @Override
    void begin(Connection connection) throws SQLException {
      execute(connection, "SELECT count(*) FROM bystander");
    }
  },

  /** It has written, but never to the outbox. */
  WRITING {
    @Override
    void begin(Connection connection) throws SQLException {
      execute(connection, "INSERT INTO bystander (n) VALUES (1)");
    }
  },

  /** It has written to the outbox, does so once more at its end, and another one goes on. */
  OUTBOX_WRITER {
    @Override
    void begin(Connection connection) throws SQLException {
      publish(connection, HELD.get(0));
    }

    @Override
    void end(Connection connection) throws SQLException {
      publish(connection, HELD.get(1));
      connection.commit();
      publish(connection, HELD.get(2));
      connection.commit();
    }
  };

  static final String TABLE = "CREATE TABLE bystander (n int NOT NULL)";

  /** What the one that writes to the outbox publishes: all of one key. */
  static final List<Letter> HELD =
      List.of(
          new Letter(Load.LEDGER, "held", 0),
          new Letter(Load.LEDGER, "held", 1),
          new Letter(Load.LEDGER, "held", 2));

  private static final JdbcOutbox OUTBOX = JdbcOutbox.create();

  /** Opens its transaction on a connection of its own. */
  Connection open(DataSource dataSource) throws SQLException {
    Connection connection = dataSource.getConnection();
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setAutoCommit(false);
    begin(connection);
    return connection;
  }

  abstract void begin(Connection connection) throws SQLException;

  void end(Connection connection) throws SQLException {
    connection.commit();
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static void publish(Connection connection, Letter letter) throws SQLException {
    publish(connection, List.of(letter));
  }

  static void publish(Connection connection, List<Letter> letters) throws SQLException {
    OUTBOX.publishAll(connection, letters.stream().map(Bystander::message).toList());
  }

  private static Message message(Letter letter) {
    return Message.to(letter.destination())
        .type("Numbered")
        .key(letter.key())
        .payload(letter.payload())
        .build();
  }
}
