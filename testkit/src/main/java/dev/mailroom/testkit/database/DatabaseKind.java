package dev.mailroom.testkit.database;

import java.util.Locale;

/** The databases that tests can ask for. Each needs its JDBC driver on the class path. */
public enum DatabaseKind {
  /** A given URL, a container, or embedded. */
  POSTGRESQL("PostgreSQL", "postgres:18"),
  /** A given URL, a container, or embedded. */
  MARIADB("MariaDB", "mariadb:11.4"),
  /** A given URL, a given program, or a container; there is no embedded MySQL. */
  MYSQL("MySQL", "mysql:8.4"),
  /** In memory, in this JVM. */
  H2("H2", "");

  /** As the driver calls it. */
  final String product;

  final String defaultImage;

  DatabaseKind(String product, String defaultImage) {
    this.product = product;
    this.defaultImage = defaultImage;
  }

  /** As in the names of settings: {@code postgresql}. */
  String settingName() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return product;
  }
}
