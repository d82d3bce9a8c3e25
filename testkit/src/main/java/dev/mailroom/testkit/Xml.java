package dev.mailroom.testkit;

/** Writes XML elements one after the other. */
final class Xml {

  private final StringBuilder out = new StringBuilder();

  Xml element(String name, String text) {
    out.append('<').append(name).append('>');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '&' -> out.append("&amp;");
        default -> out.append(c);
      }
    }
    return close(name);
  }

  Xml element(String name, Xml content) {
    out.append('<').append(name).append('>').append(content.out);
    return close(name);
  }

  /** As {@link #element(String, Xml)}, with an attribute {@code xmlns}. */
  Xml root(String name, String namespace, Xml content) {
    out.append('<').append(name).append(" xmlns=\"").append(namespace).append("\">");
    out.append(content.out);
    return close(name);
  }

  private Xml close(String name) {
    out.append("</").append(name).append('>');
    return this;
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
