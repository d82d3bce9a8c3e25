package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mailroom.outbox.jdbc.OutboxSchema.Roles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names stand in SQL as they are, so no other than a plain one may come there. */
class TableNamesTest {

  private static final String SCHEMA = "[A-Za-z_][A-Za-z0-9_]{0,62}";
  private static final String PREFIX = "([A-Za-z][A-Za-z0-9_]{0,19})?";
  private static final String LONGEST_SCHEMA = "s".repeat(63);
  private static final String LONGEST_PREFIX = "p".repeat(20);

  private static void assertRefused(Runnable use, String what, String bound, String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(use::run)
        .withMessage("The " + what + " must match " + bound + ": \"" + name + "\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a;b", "a'b", "a\"b", "a`b", "a-b", "a b", " ", "a.b", "a\n", "1a", "ä", "a\0"})
  void namesThatAreNotPlainAreRefused(String name) {
    assertRefused(() -> TableNames.DEFAULT.inSchema(name), "schema", SCHEMA, name);
    assertRefused(() -> TableNames.DEFAULT.withPrefix(name), "prefix", PREFIX, name);
    assertRolesRefused(name);
  }

  /** Each of them, on each database. */
  private static void assertRolesRefused(String name) {
    for (Database database : Database.values()) {
      for (Roles roles :
          new Roles[] {
            new Roles(name, "relay", "operator"),
            new Roles("writer", name, "operator"),
            new Roles("writer", "relay", name)
          }) {
        assertRefused(
            () -> OutboxSchema.printGrants(database, TableNames.DEFAULT, roles),
            "role",
            SCHEMA,
            name);
      }
    }
  }

  @Test
  void anEmptyPrefixIsNoneAndNothingElseIsEmpty() {
    assertThat(TableNames.DEFAULT.withPrefix("")).isEqualTo(TableNames.DEFAULT);
    assertRefused(() -> TableNames.DEFAULT.inSchema(""), "schema", SCHEMA, "");
    assertRolesRefused("");
  }

  @Test
  void namesThatAreTooLongAreRefused() {
    TableNames.DEFAULT.inSchema(LONGEST_SCHEMA).withPrefix(LONGEST_PREFIX);
    String schema = LONGEST_SCHEMA + "s";
    String prefix = LONGEST_PREFIX + "p";
    assertRefused(() -> TableNames.DEFAULT.inSchema(schema), "schema", SCHEMA, schema);
    assertRefused(() -> TableNames.DEFAULT.withPrefix(prefix), "prefix", PREFIX, prefix);
    assertRolesRefused(schema);
  }

  @ParameterizedTest
  @EnumSource
  void theLongestNamesArePrinted(Database database) {
    TableNames names = TableNames.DEFAULT.inSchema(LONGEST_SCHEMA).withPrefix(LONGEST_PREFIX);
    Roles roles = new Roles("w".repeat(63), "_relay1", "Operator");
    assertThat(OutboxSchema.printGrants(database, names, roles))
        .contains(database.quoted(LONGEST_SCHEMA) + "." + LONGEST_PREFIX + "outbox_message")
        .contains(database.quoted("w".repeat(63)), database.quoted("Operator"));
  }
}
