package dev.mailroom.testkit.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class TestDatabaseIT {

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "MYSQL")
  void eachIsEmptyAndAlone(DatabaseKind kind) throws SQLException {
    try (TestDatabase one = TestDatabase.create(kind);
        TestDatabase other = TestDatabase.create(kind)) {
      execute(one, "CREATE TABLE letter (body VARCHAR(20))");
      execute(one, "INSERT INTO letter VALUES ('one')");
      execute(other, "CREATE TABLE letter (body VARCHAR(20))");
      assertThat(count(one, "letter")).isEqualTo(1);
      assertThat(count(other, "letter")).isZero();
      assertThat(one.kind()).isEqualTo(kind);
      assertThat(one.toString()).contains(one.name(), kind.toString(), one.version());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "MYSQL")
  void closingDropsItWithWhatIsInIt(DatabaseKind kind) throws SQLException {
    TestDatabase database = TestDatabase.create(kind);
    execute(database, "CREATE TABLE letter (body VARCHAR(20))");
    database.close();
    assertThatThrownBy(() -> count(database, "letter")).isInstanceOf(SQLException.class);
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "MYSQL")
  void theUrlIsEnough(DatabaseKind kind) throws SQLException {
    try (TestDatabase database = TestDatabase.create(kind);
        Connection connection = DriverManager.getConnection(database.jdbcUrl())) {
      execute(database, "CREATE TABLE letter (body VARCHAR(20))");
      assertThat(count(connection, "letter")).isZero();
    }
  }

  static void execute(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static int count(TestDatabase database, String table) throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      return count(connection, table);
    }
  }

  private static int count(Connection connection, String table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
