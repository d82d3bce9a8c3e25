package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.outbox.MailroomException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseTest {

  @ParameterizedTest
  @CsvSource({
    "PostgreSQL, 14.0, POSTGRESQL",
    "PostgreSQL, 14.24 (Debian 14.24-1.pgdg12+1), POSTGRESQL",
    "PostgreSQL, 19beta1, POSTGRESQL",
    "MariaDB, 10.6.0-MariaDB, MARIADB",
    "MariaDB, 11.4.5-MariaDB-log, MARIADB",
    "MySQL, 5.5.5-10.11.18-MariaDB, MARIADB",
    "MySQL, 8.0.29, MYSQL",
    "MySQL, 8.4.0-commercial, MYSQL",
    "MySQL, 9.1.0, MYSQL",
    "H2, 2.4.240 (2025-09-22), H2",
    "H2, of our own, H2"
  })
  void isKnown(String product, String version, Database expected) {
    assertThat(Database.of(product, version)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "PostgreSQL, 13.22, PostgreSQL 14",
    "MariaDB, 10.5.29-MariaDB, MariaDB 10.6",
    "MySQL, 5.5.5-10.5.29-MariaDB, MariaDB 10.6",
    "MySQL, 5.7.44, MySQL 8.0.29",
    "MySQL, 8.0.28, MySQL 8.0.29",
    "H2, 1.4.200, H2 2"
  })
  void isTooOld(String product, String version, String needed) {
    assertThatThrownBy(() -> Database.of(product, version))
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining(version)
        .hasMessageContaining("needs " + needed + " or later");
  }

  @Test
  void isUnknown() {
    assertThatThrownBy(() -> Database.of("Oracle", "23"))
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("'Oracle'")
        .hasMessageContaining("it knows PostgreSQL, MariaDB, MySQL, H2");
  }
}
