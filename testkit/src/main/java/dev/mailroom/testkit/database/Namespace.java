package dev.mailroom.testkit.database;

/**
 * What "a database of its own" is on a server. Names are made by this package, never by callers.
 */
sealed interface Namespace {

  String adminUrl();

  String url(String name);

  String create(String name);

  String drop(String name);

  /** Where {@link #drop} is executed. */
  default String dropUrl(String name) {
    return adminUrl();
  }

  static Namespace of(DatabaseKind kind, JdbcUrl server) {
    return kind == DatabaseKind.POSTGRESQL ? new Schema(server) : new Catalog(server);
  }

  /** PostgreSQL: a schema. A database would cost the server a thousand files and a second. */
  record Schema(JdbcUrl server) implements Namespace {

    @Override
    public String adminUrl() {
      return server.text();
    }

    @Override
    public String url(String name) {
      return server.with("currentSchema", name).text();
    }

    @Override
    public String create(String name) {
      return "CREATE SCHEMA " + name;
    }

    @Override
    public String drop(String name) {
      return "DROP SCHEMA " + name + " CASCADE";
    }

    @Override
    public String toString() {
      return server.toString();
    }
  }

  /** MariaDB and MySQL: a database. */
  record Catalog(JdbcUrl server) implements Namespace {

    @Override
    public String adminUrl() {
      return server.text();
    }

    @Override
    public String url(String name) {
      return server.inDatabase(name).text();
    }

    @Override
    public String create(String name) {
      return "CREATE DATABASE " + name + " CHARACTER SET utf8mb4";
    }

    @Override
    public String drop(String name) {
      return "DROP DATABASE " + name;
    }

    @Override
    public String toString() {
      return server.toString();
    }
  }

  /** H2: a database in memory, there from its first connection until it is told to go. */
  record InMemory() implements Namespace {

    @Override
    public String adminUrl() {
      return "jdbc:h2:mem:";
    }

    @Override
    public String url(String name) {
      return "jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1";
    }

    @Override
    public String create(String name) {
      return "SELECT 1";
    }

    @Override
    public String drop(String name) {
      return "SHUTDOWN";
    }

    @Override
    public String dropUrl(String name) {
      return url(name);
    }

    @Override
    public String toString() {
      return adminUrl();
    }
  }
}
