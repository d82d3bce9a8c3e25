package dev.mailroom.testkit.database;

/**
 * A database that cannot be had here, through no fault of anybody: tests that need it are skipped.
 */
final class NoDatabaseException extends IllegalStateException {

  private static final long serialVersionUID = 1;

  NoDatabaseException(String message) {
    super(message);
  }
}
