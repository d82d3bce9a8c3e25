package dev.mailroom.outbox.jdbc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The texts of a dialect's statements, with the names that the tables have here. Thread-safe. */
final class Sql {

  private final TableNames names;
  private final Database database;
  private final Map<String, String> texts = new ConcurrentHashMap<>();

  Sql(TableNames names, Database database) {
    this.names = names;
    this.database = database;
  }

  /**
   * The statement as it is to be run.
   *
   * @param text a constant; it is remembered
   */
  String of(String text) {
    return texts.computeIfAbsent(text, known -> names.in(known, database));
  }
}
