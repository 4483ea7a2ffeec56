package io.keyway.plane.infrap4d.pipeline;

import java.net.Inet4Address;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A row by its match values, as unsigned numbers in the order of the table's fields.
 *
 * <p>Numbers, not octets: the device pads what it reads back, so octets of the same value differ.
 */
public record RowKey(IpsecTable table, List<Long> values) {

  public RowKey {
    values = List.copyOf(values);
    check(table.shortName(), table.fields(), values);
  }

  static void check(String what, List<Field> fields, List<Long> values) {
    if (values.size() != fields.size()) {
      throw new IllegalArgumentException(what + " takes " + fields.size() + " values: " + values);
    }
    for (int i = 0; i < values.size(); i++) {
      Field field = fields.get(i);
      // The device cuts a value that is too wide without a word.
      if (values.get(i) < 0 || values.get(i) > field.max()) {
        throw new IllegalArgumentException(
            what + "." + field.name() + " has " + field.bits() + " bits: " + values.get(i));
      }
    }
  }

  /** ESP from {@code remote} to {@code local} with our SPI. */
  public static RowKey rxClassification(Inet4Address remote, Inet4Address local, long spi) {
    return of(IpsecTable.RX_CLASSIFICATION, number(remote), number(local), spi);
  }

  /** Outer header from {@code remote} to {@code local}. */
  public static RowKey tunnelTerm(Inet4Address remote, Inet4Address local) {
    return of(IpsecTable.TUNNEL_TERM, number(remote), number(local));
  }

  /** Packets to a host with a protocol. */
  public static RowKey spd(Inet4Address destination, int protocol) {
    return of(IpsecTable.SPD, number(destination), protocol);
  }

  /** Packets to a host with a protocol, on a VXLAN underlay (1) or not (0). */
  public static RowKey txClassification(Inet4Address destination, int protocol, int isTunnel) {
    return of(IpsecTable.TX_CLASSIFICATION, number(destination), protocol, isTunnel);
  }

  /** As above, from the numbers of a row of the SPD. */
  public static RowKey txClassification(long destination, long protocol, int isTunnel) {
    return of(IpsecTable.TX_CLASSIFICATION, destination, protocol, isTunnel);
  }

  /** The outer header of an SA pair. */
  public static RowKey encapMod(long index) {
    return of(IpsecTable.ENCAP_MOD, index);
  }

  /** The tunnel of an SA pair. */
  public static RowKey tunnel(long index) {
    return of(IpsecTable.TUNNEL, index, 0);
  }

  private static RowKey of(IpsecTable table, long... values) {
    return new RowKey(table, java.util.Arrays.stream(values).boxed().toList());
  }

  /** The 32 bits of an address as a number. */
  public static long number(Inet4Address address) {
    long value = 0;
    for (byte octet : address.getAddress()) {
      value = value << 8 | octet & 0xFF;
    }
    return value;
  }

  /** Field by field, for people. */
  public Map<String, String> print() {
    return print(table.fields(), values);
  }

  static Map<String, String> print(List<Field> fields, List<Long> values) {
    Map<String, String> result = new LinkedHashMap<>();
    for (int i = 0; i < fields.size(); i++) {
      result.put(fields.get(i).name(), fields.get(i).print(values.get(i)));
    }
    return result;
  }

  @Override
  public String toString() {
    return table.shortName() + print();
  }
}
