package dev.mailroom.testkit.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.abortedWithReason;
import static org.junit.platform.testkit.engine.EventConditions.container;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.cause;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The classes inside are the users' tests: they run by the test kit of JUnit alone. */
class WithDatabaseIT {

  private static final Queue<TestDatabase> SEEN = new ConcurrentLinkedQueue<>();

  @ParameterizedTest
  @ValueSource(classes = {OnPostgreSql.class, OnMariaDb.class, OnH2.class})
  void aClassHasOneDatabaseUntilItsEnd(Class<?> tests) {
    SEEN.clear();
    run(tests).testEvents().assertStatistics(counts -> counts.succeeded(2).failed(0));
    assertThat(SEEN.stream().map(TestDatabase::name).distinct()).hasSize(1);
    assertSeenAreGone();
  }

  @Test
  void aNestedClassMayHaveItsOwn() {
    SEEN.clear();
    run(OuterTests.class).testEvents().assertStatistics(counts -> counts.succeeded(3).failed(0));
    assertThat(SEEN.stream().map(TestDatabase::name).distinct()).hasSize(2);
    assertSeenAreGone();
  }

  private static void assertSeenAreGone() {
    assertThat(SEEN)
        .allSatisfy(
            closed ->
                assertThatThrownBy(() -> TestDatabaseIT.count(closed, "letter"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageMatching(
                        "(?is).*(not found|does not exist|doesn't exist|unknown).*"));
  }

  @Test
  void whereADatabaseCannotBeHadTestsAreSkippedWithTheReason() {
    String before = System.getProperty("mailroom.databases");
    String program = System.getProperty("mailroom.mysql.program");
    System.setProperty("mailroom.databases", "embedded");
    System.setProperty("mailroom.mysql.program", "");
    try {
      run(MySqlTests.class)
          .containerEvents()
          .assertThatEvents()
          .haveExactly(
              1,
              event(
                  container(MySqlTests.class),
                  abortedWithReason(message(reason -> reason.contains("MAILROOM_MYSQL_URL")))));
    } finally {
      restore("mailroom.databases", before);
      restore("mailroom.mysql.program", program);
    }
  }

  @Test
  void aFailedSetUpFailsTheTestsAndSaysWhy() {
    run(BrokenTests.class)
        .containerEvents()
        .failed()
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                message(text -> text.contains("Could not set up")),
                cause(message("no tables today"))));
  }

  static void restore(String property, String value) {
    if (value == null) {
      System.clearProperty(property);
    } else {
      System.setProperty(property, value);
    }
  }

  private static EngineExecutionResults run(Class<?> tests) {
    return EngineTestKit.engine("junit-jupiter").selectors(selectClass(tests)).execute();
  }

  static final class Tables implements DatabaseSetUp {

    @Override
    public void setUp(DataSource database) throws SQLException {
      try (Connection connection = database.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE letter (body VARCHAR(20))");
      }
    }
  }

  static final class Broken implements DatabaseSetUp {

    @Override
    public void setUp(DataSource database) {
      throw new UnsupportedOperationException("no tables today");
    }
  }

  abstract static class UserTests {

    UserTests(TestDatabase database) {
      SEEN.add(database);
    }

    @BeforeAll
    static void anyMethodMayTakeIt(TestDatabase database) throws SQLException {
      TestDatabaseIT.execute(database, "INSERT INTO letter VALUES ('one')");
    }

    @Test
    void sees(TestDatabase database) throws SQLException {
      assertThat(TestDatabaseIT.count(database, "letter")).isEqualTo(1);
    }

    @Nested
    class SameDatabase {

      @Test
      void sees(TestDatabase database) throws SQLException {
        SEEN.add(database);
        assertThat(TestDatabaseIT.count(database, "letter")).isEqualTo(1);
      }
    }
  }

  @WithDatabase(value = DatabaseKind.POSTGRESQL, setUp = Tables.class)
  static class OnPostgreSql extends UserTests {
    OnPostgreSql(TestDatabase database) {
      super(database);
    }
  }

  @WithDatabase(value = DatabaseKind.MARIADB, setUp = Tables.class)
  static class OnMariaDb extends UserTests {
    OnMariaDb(TestDatabase database) {
      super(database);
    }
  }

  @WithDatabase(value = DatabaseKind.H2, setUp = Tables.class)
  static class OnH2 extends UserTests {
    OnH2(TestDatabase database) {
      super(database);
    }
  }

  @WithDatabase(value = DatabaseKind.H2, setUp = Tables.class)
  static class OuterTests extends UserTests {

    OuterTests(TestDatabase database) {
      super(database);
    }

    @Nested
    @WithDatabase(value = DatabaseKind.H2, setUp = Tables.class)
    @TestInstance(Lifecycle.PER_CLASS)
    class OwnDatabase {

      OwnDatabase(TestDatabase database) {
        SEEN.add(database);
      }

      @Test
      void sees(TestDatabase database) throws SQLException {
        assertThat(TestDatabaseIT.count(database, "letter")).isZero();
      }
    }
  }

  @WithDatabase(DatabaseKind.MYSQL)
  static class MySqlTests {

    @Test
    void runs() {}
  }

  @WithDatabase(value = DatabaseKind.H2, setUp = Broken.class)
  static class BrokenTests {

    @Test
    void runs() {}
  }
}
