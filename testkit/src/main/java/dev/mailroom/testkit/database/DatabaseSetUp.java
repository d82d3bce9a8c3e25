package dev.mailroom.testkit.database;

import javax.sql.DataSource;

/**
 * Makes what the tests of a class need in their new database: tables of the application, of the
 * outbox, of the inbox. See {@link WithDatabase#setUp}.
 */
@FunctionalInterface
public interface DatabaseSetUp {

  /**
   * Runs once, before the first test.
   *
   * @param database empty
   * @throws Exception fails the tests of the class
   */
  void setUp(DataSource database) throws Exception;
}
