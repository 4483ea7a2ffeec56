package io.keyway.plane.infrap4d.pipeline;

/**
 * A match field or an action parameter.
 *
 * @param name last part of its name in the program
 * @param bits width, at most 32
 * @param form how people read it
 */
record Field(String name, int bits, Form form) {

  /** How people read a value. */
  enum Form {
    NUMBER,
    IPV4,
    SPI
  }

  static Field number(String name, int bits) {
    return new Field(name, bits, Form.NUMBER);
  }

  static Field ipv4(String name) {
    return new Field(name, 32, Form.IPV4);
  }

  static Field spi(String name) {
    return new Field(name, 32, Form.SPI);
  }

  long max() {
    return (1L << bits) - 1;
  }

  String print(long value) {
    return switch (form) {
      case NUMBER -> Long.toString(value);
      case SPI -> String.format("0x%08x", value);
      case IPV4 ->
          (value >> 24 & 0xFF)
              + "."
              + (value >> 16 & 0xFF)
              + "."
              + (value >> 8 & 0xFF)
              + "."
              + (value & 0xFF);
    };
  }
}
