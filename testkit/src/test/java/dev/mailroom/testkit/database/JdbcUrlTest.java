package dev.mailroom.testkit.database;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JdbcUrlTest {

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://db/shop, jdbc:postgresql://db/mine?x=a%26b",
    "jdbc:postgresql://db:5432/shop?ssl=true, jdbc:postgresql://db:5432/mine?ssl=true&x=a%26b",
    "jdbc:mysql://db, jdbc:mysql://db/mine?x=a%26b",
    "jdbc:mariadb://one:1:two:2/, jdbc:mariadb://one:1:two:2/mine?x=a%26b",
    "jdbc:mariadb://db?user=root, jdbc:mariadb://db/mine?user=root&x=a%26b",
  })
  void aDatabaseAndAParameterArePutInTheirPlaces(String url, String expected) {
    JdbcUrl parsed = JdbcUrl.parse(url, "the test");
    assertThat(parsed.inDatabase("mine").with("x", "a&b").text()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource("jdbc:mysql://db/shop?user=root&password=secret")
  void whatIsSecretStaysOutOfMessages(String url) {
    assertThat(JdbcUrl.parse(url, "the test")).hasToString("jdbc:mysql://db/shop");
  }
}
