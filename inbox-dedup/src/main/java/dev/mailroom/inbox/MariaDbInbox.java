package dev.mailroom.inbox;

import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.TableNames;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;

/** MariaDB 10.6 and later: as MySQL, but a statement can bring its own lock timeout. */
final class MariaDbInbox extends MySqlInbox {

  MariaDbInbox(String consumer, Duration lockTimeout, TableNames names) {
    super(Database.MARIADB, consumer, lockTimeout, names);
  }

  @Override
  String hurried(String sql) {
    return "SET STATEMENT innodb_lock_wait_timeout = " + seconds() + " FOR " + sql;
  }

  @Override
  int insert(PreparedStatement insert) throws SQLException {
    return insert.executeUpdate();
  }
}
