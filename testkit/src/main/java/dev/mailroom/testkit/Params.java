package dev.mailroom.testkit;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The parameters of a call in the AWS Query protocol: a form with dotted names. */
final class Params {

  private final NavigableMap<String, String> values;

  private Params(NavigableMap<String, String> values) {
    this.values = values;
  }

  static Params parse(String form) {
    NavigableMap<String, String> values = new TreeMap<>();
    for (String pair : form.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        values.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
      }
    }
    return new Params(values);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  Optional<String> find(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /**
   * @throws ServiceError if it is missing
   */
  String required(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new ServiceError("InvalidParameter", "Invalid parameter: " + name + " is missing"));
  }

  /** The parameters of each element: those of {@code name.1.}, of {@code name.2.}, and so on. */
  List<Params> list(String name) {
    List<Params> elements = new ArrayList<>();
    for (int i = 1; ; i++) {
      String prefix = name + "." + i + ".";
      NavigableMap<String, String> element = new TreeMap<>();
      // '/' is the character after '.'.
      values
          .subMap(prefix, true, name + "." + i + "/", false)
          .forEach((key, value) -> element.put(key.substring(prefix.length()), value));
      if (element.isEmpty()) {
        return elements;
      }
      elements.add(new Params(element));
    }
  }

  /** A map such as {@code Attributes.entry.1.key} and {@code Attributes.entry.1.value}. */
  Map<String, String> map(String name) {
    Map<String, String> map = new LinkedHashMap<>();
    for (Params entry : list(name + ".entry")) {
      map.put(entry.required("key"), entry.find("value").orElse(""));
    }
    return map;
  }
}
