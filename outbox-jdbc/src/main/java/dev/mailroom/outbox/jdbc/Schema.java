package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.MailroomException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;

/**
 * The tables of a part of Mailroom: what {@link OutboxSchema} and the inbox's schema have in
 * common. For Mailroom's own modules; use those two. Thread-safe.
 *
 * <p>Beside the class that owns them is a folder for each database, and in that for each version
 * its DDL, as in {@code V1__outbox.sql}, and what this DDL makes, as in {@code V1__outbox.layout}.
 */
public final class Schema {

  private static final Duration STANDS_STILL = Duration.ofSeconds(2);
  private static final long LOOK_EVERY_MILLIS = 50;
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)}");

  private final String part;
  private final Class<?> owner;
  private final String history;
  private final List<String> versions;

  /**
   * @param part what it is, as in {@code outbox}
   * @param owner the class beside which the folders of the databases are
   * @param history the table of its own history, so that it lives beside the application's
   * @param versions the names of its migrations from the first on, as in {@code V1__outbox}
   */
  public Schema(String part, Class<?> owner, String history, List<String> versions) {
    this.part = part;
    this.owner = owner;
    this.history = history;
    this.versions = List.copyOf(versions);
  }

  /**
   * Brings the tables up to date, and makes their schema if it is missing. Tables that were made by
   * what {@link #print} returned are taken over, and what a migration left that was interrupted is
   * completed.
   *
   * @throws MailroomException if the database is unknown or refuses a change
   */
  public void migrate(DataSource dataSource, TableNames names) {
    try {
      Database database = database(dataSource);
      String version = Integer.toString(unrecorded(dataSource, database, names));
      migrate(flyway(dataSource, database, names, version));
    } catch (SQLException | RuntimeException e) {
      throw new MailroomException(
          "The " + part + "'s tables could not be made: " + e.getMessage(), e);
    }
  }

  /**
   * Where DDL is not transactional, a process may find the history of another one empty, which
   * Flyway refuses; a second time it waits for the other one. A step that failed halfway is taken
   * again: there, each statement of a migration makes what is not there yet.
   */
  private static void migrate(Flyway flyway) {
    if (Arrays.stream(flyway.info().all()).anyMatch(step -> step.getState().isFailed())) {
      flyway.repair();
    }
    try {
      flyway.migrate();
    } catch (FlywayException e) {
      try {
        flyway.migrate();
      } catch (FlywayException again) {
        again.addSuppressed(e);
        throw again;
      }
    }
  }

  /**
   * The version of tables that no history knows; 0 if there are none or not all. Where DDL is not
   * transactional, another process may be making them right now: what fits no version is looked at
   * again until it stands still.
   */
  private int unrecorded(DataSource dataSource, Database database, TableNames names)
      throws SQLException {
    Layout last = new Layout(Map.of());
    long since = System.nanoTime();
    while (recorded(dataSource, database, names).orElse(0) == 0) {
      Layout found = found(dataSource, database, names);
      OptionalInt version = fitting(database, found);
      if (version.isPresent()) {
        return version.getAsInt();
      }
      if (!found.equals(last)) {
        last = found;
        since = System.nanoTime();
      } else if (System.nanoTime() - since > STANDS_STILL.toNanos()) {
        requireInterrupted(database, found);
        return 0;
      }
      pause();
    }
    return 0;
  }

  private OptionalInt fitting(Database database, Layout found) {
    if (found.isEmpty()) {
      return OptionalInt.of(0);
    }
    return IntStream.rangeClosed(1, versions.size())
        .filter(version -> found.firstDifference(layout(database, version)).isEmpty())
        .max();
  }

  /** A migration that was killed leaves some of the parts, each as it is to be. */
  private void requireInterrupted(Database database, Layout found) {
    String later = database == Database.H2 ? "index" : "trigger";
    if (database == Database.POSTGRESQL
        || IntStream.rangeClosed(1, versions.size())
            .mapToObj(version -> layout(database, version))
            .noneMatch(whole -> found.isBeginOf(whole, later))) {
      throw unknown(database, found);
    }
  }

  private MailroomException unknown(Database database, Layout found) {
    return new MailroomException(
        found.tables()
            + " are there, no migration has made them, and they are none of Mailroom's versions: "
            + found.firstDifference(layout(database, versions.size())).orElseThrow()
            + ". Drop or rename them, or make them as print shows them.");
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK_EVERY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MailroomException("interrupted while another process made the tables", e);
    }
  }

  /**
   * Compares the tables that are there with those that this version of Mailroom works with. What is
   * compared: tables and that they survive a crash, columns with their types, precision,
   * nullability, collation and how they are generated, primary keys, indexes, the names of checks,
   * sequences and triggers. Changes nothing.
   *
   * @throws MailroomException that tells the first difference and what to do about it
   */
  public void validate(DataSource dataSource, TableNames names) {
    try {
      Database database = database(dataSource);
      recorded(dataSource, database, names).ifPresent(this::requireCurrent);
      found(dataSource, database, names)
          .firstDifference(layout(database, versions.size()))
          .ifPresent(difference -> refuse(database, difference));
    } catch (SQLException | FlywayException e) {
      throw new MailroomException(
          "The " + part + "'s tables could not be looked at: " + e.getMessage(), e);
    }
  }

  private void requireCurrent(int version) {
    if (version < versions.size()) {
      throw new MailroomException(
          "The %s's tables are those of version %d, and this Mailroom works with version %d. Call migrate."
              .formatted(part, version, versions.size()));
    }
    if (version > versions.size()) {
      throw new MailroomException(
          "The %s's tables are those of version %d, and this Mailroom knows up to version %d. Use the newer Mailroom that made them."
              .formatted(part, version, versions.size()));
    }
  }

  private void refuse(Database database, String difference) {
    throw new MailroomException(
        "The "
            + part
            + "'s tables are not as this Mailroom needs them: "
            + difference
            + ". Call migrate if they were never made, or change them to what print shows."
            + (database == Database.POSTGRESQL
                ? ""
                : " "
                    + database
                    + " shows a user only what it has rights on: validate as the user who"
                    + " migrated."));
  }

  /** The last version that a history tells of; absent if there is no history. */
  private Optional<Integer> recorded(DataSource dataSource, Database database, TableNames names) {
    MigrationInfoService info = flyway(dataSource, database, names, "0").info();
    return Optional.ofNullable(info.current())
        .map(MigrationInfo::getVersion)
        .map(version -> version.getMajor().intValue());
  }

  private Layout found(DataSource dataSource, Database database, TableNames names)
      throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return Catalog.of(database).layout(connection, names, tables(database));
    }
  }

  Layout layout(Database database, int version) {
    return Layout.parse(
        filled(
            text(database, versions.get(version - 1) + ".layout"),
            database.placeholders(TableNames.DEFAULT)));
  }

  /**
   * The DDL of all versions, for those who migrate by Liquibase, psql or by hand: plain SQL, to be
   * run once as it is. Each version stands under a line that names it, so that one who has the
   * tables of version 1 takes what stands from version 2 on.
   */
  public String print(Database database, TableNames names) {
    StringBuilder ddl = new StringBuilder();
    names.schema().ifPresent(schema -> ddl.append(database.use(schema)));
    for (String version : versions) {
      ddl.append("-- ")
          .append(version.replaceFirst("V(\\d+)__(.*)", "Version $1: $2"))
          .append('\n');
      ddl.append(filled(text(database, version + ".sql"), database.placeholders(names)));
      ddl.append('\n');
    }
    names.schema().ifPresent(schema -> ddl.append(database.useNoMore()));
    return ddl.toString();
  }

  /**
   * The statements that grant roles what they need, and nothing else.
   *
   * @param roles the names of the roles by what they do, as in {@code writer}
   */
  public String printGrants(Database database, TableNames names, Map<String, String> roles) {
    Map<String, String> values = new HashMap<>(database.placeholders(names));
    values.put("at", names.schema().map(schema -> database.quoted(schema) + ".").orElse(""));
    roles.forEach(
        (role, name) -> {
          TableNames.requireIdentifier("role", name);
          values.put(role, database.quoted(name));
        });
    String grants = filled(text(database, "grants.sql"), values);
    return names.schema().map(schema -> database.letIn(schema, roles.values())).orElse("") + grants;
  }

  private static String filled(String text, Map<String, String> values) {
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(
            found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), found.group())));
  }

  private String text(Database database, String file) {
    String path = folder(database) + "/" + file;
    try (InputStream stream = owner.getClassLoader().getResourceAsStream(path)) {
      if (stream == null) {
        throw new MailroomException(database + " has no " + part + ": there is no " + path);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    }
  }

  private String folder(Database database) {
    return owner.getPackageName().replace('.', '/') + "/" + database.folder();
  }

  private Flyway flyway(
      DataSource dataSource, Database database, TableNames names, String baseline) {
    return Flyway.configure(owner.getClassLoader())
        .dataSource(dataSource)
        .schemas(names.schema().stream().toArray(String[]::new))
        .table(names.prefix() + history)
        .locations("classpath:" + folder(database))
        .failOnMissingLocations(true)
        .placeholders(database.placeholders(names))
        .baselineOnMigrate(true)
        .baselineVersion(baseline)
        .target(Integer.toString(versions.size()))
        .load();
  }

  /** The tables' own names. */
  List<String> tables(Database database) {
    return layout(database, versions.size()).tables();
  }

  List<String> versions() {
    return versions;
  }

  private static Database database(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return Database.of(connection);
    }
  }
}
