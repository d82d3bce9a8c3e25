package dev.mailroom.outbox.jdbc;

class MariaDbRulesIT extends MariaDbRulesSuite {
  MariaDbRulesIT() {
    super(Database.MARIADB);
  }
}
