package dev.mailroom.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.TableNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InboxSchemaTest {

  private static final String LONGEST =
      "c23456789_123456789_123456789_123456789_123456789_123456789_123";

  @ParameterizedTest
  @ValueSource(
      strings = {"a;b", "a'b", "a\"b", "a`b", "a-b", " ", "", "1a", "ä", "a\n", LONGEST + "4"})
  void aRoleWhoseNameIsNotPlainIsRefused(String role) {
    for (Database database : Database.values()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> InboxSchema.printGrants(database, TableNames.DEFAULT, role))
          .withMessage("The role must match [A-Za-z_][A-Za-z0-9_]{0,62}: \"" + role + "\"");
    }
  }

  @Test
  void theLongestNameOfARoleIsPrinted() {
    for (Database database : Database.values()) {
      assertThat(InboxSchema.printGrants(database, TableNames.DEFAULT, LONGEST)).contains(LONGEST);
    }
  }
}
