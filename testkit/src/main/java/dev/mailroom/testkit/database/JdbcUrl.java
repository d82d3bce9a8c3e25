package dev.mailroom.testkit.database;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A JDBC URL of PostgreSQL, MariaDB or MySQL in its parts. */
record JdbcUrl(String server, String database, String parameters) {

  private static final Pattern FORM = Pattern.compile("(jdbc:[^/]+//[^/?]+)/?([^?]*)\\??(.*)");

  /**
   * @throws IllegalArgumentException if it is none; the message does not repeat it, since it may
   *     hold a password
   */
  static JdbcUrl parse(String url, Object origin) {
    Matcher form = FORM.matcher(url);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          origin + " must be of the form jdbc:DATABASE://HOST:PORT/NAME?PARAMETERS");
    }
    return new JdbcUrl(form.group(1), form.group(2), form.group(3));
  }

  JdbcUrl inDatabase(String name) {
    return new JdbcUrl(server, name, parameters);
  }

  JdbcUrl with(String parameter, Optional<String> value) {
    return value.map(given -> with(parameter, given)).orElse(this);
  }

  JdbcUrl with(String parameter, String value) {
    String pair = parameter + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    return new JdbcUrl(server, database, parameters.isEmpty() ? pair : parameters + "&" + pair);
  }

  /** Whole, with the password if there is one. */
  String text() {
    return server + "/" + database + (parameters.isEmpty() ? "" : "?" + parameters);
  }

  /** Without parameters: nothing secret. */
  @Override
  public String toString() {
    return server + "/" + database;
  }
}
