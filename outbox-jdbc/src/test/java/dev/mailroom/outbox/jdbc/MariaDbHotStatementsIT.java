package dev.mailroom.outbox.jdbc;

class MariaDbHotStatementsIT extends MariaDbHotSuite {
  MariaDbHotStatementsIT() {
    super(Database.MARIADB);
  }
}
