package dev.mailroom.testkit.database;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a machine's owner says about databases: a system property, else the environment. */
record Setting(String property) {

  enum Source {
    AUTO,
    CONTAINERS,
    EMBEDDED
  }

  static Setting of(DatabaseKind kind, String name) {
    return new Setting("mailroom." + kind.settingName() + "." + name);
  }

  static String image(DatabaseKind kind) {
    return imageOf(kind).value().orElse(kind.defaultImage);
  }

  static Setting imageOf(DatabaseKind kind) {
    return new Setting("mailroom.image." + kind.settingName());
  }

  static Source source() {
    Setting setting = new Setting("mailroom.databases");
    String value = setting.value().orElse("auto");
    return Arrays.stream(Source.values())
        .filter(source -> source.name().equalsIgnoreCase(value))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    setting + " must be auto, containers or embedded: " + value));
  }

  Optional<String> value() {
    return Optional.ofNullable(System.getProperty(property))
        .or(() -> Optional.ofNullable(System.getenv(variable())))
        .filter(value -> !value.isBlank());
  }

  private String variable() {
    return property.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return property + " (or " + variable() + ")";
  }
}
