package io.keyway.ike.engine.address;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.AssignedAddresses;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.message.ConfigurationPayload;
import io.keyway.ike.message.ConfigurationPayload.Attribute;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.Octets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** CP octet by octet (RFC 7296 section 3.15), and what no peer may do with it. */
class ConfigurationTest {

  private static String body(ConfigurationPayload payload) {
    byte[] message =
        MessageEncoder.encode(IkeHeader.of(1, 2, 37, true, false, 1), List.of(payload));
    return HexFormat.of()
        .formatHex(Arrays.copyOfRange(message, IkeHeader.LENGTH + 4, message.length));
  }

  @Test
  void aRequestIsWrittenAsTheRfcHasIt() {
    assertThat(
            body(Configuration.request(List.of(Config.address("0.0.0.0"), Config.address("::")))))
        .isEqualTo(
            "01000000"
                + "00010000"
                + "00030000"
                + "000d0000"
                + "00080000"
                + "000a0000"
                + "000f0000");
    assertThat(body(Configuration.request(List.of(Config.address("10.3.0.9")))))
        .isEqualTo("01000000" + "00010004" + "0a030009" + "00030000" + "000d0000");
    assertThat(body(Configuration.request(List.of(Config.address("fd00::9")))))
        .startsWith("01000000" + "00080011" + "fd000000000000000000000000000009" + "80");
  }

  @Test
  void aReplyIsWrittenAsTheRfcHasIt() {
    AddressPool pool = Config.pool("p", "10.3.0.0/24");
    assertThat(body(Configuration.reply(List.of(Config.address("10.3.0.1")), List.of(pool), false)))
        .isEqualTo(
            "02000000"
                + "00010004"
                + "0a030001"
                + "00030004"
                + "c0000235"
                + "000d0008"
                + "0a020000ffff0000");
    assertThat(body(Configuration.reply(List.of(Config.address("fd00:3::1")), List.of(pool), true)))
        .isEqualTo(
            "02000000"
                + "00080011"
                + "fd000003000000000000000000000001"
                + "80"
                + "000a0010"
                + "20010db8000000000000000000000053"
                + "000f0011"
                + "fd000002000000000000000000000000"
                + "30"
                + "000e000e"
                + "0001000300080"
                + "00a000d000e000f");
  }

  @Test
  void aReplyIsReadAsItWasWritten() {
    AddressPool pool = Config.pool("p", "10.3.0.0/24");
    AssignedAddresses read =
        Configuration.assigned(
            Configuration.reply(
                List.of(Config.address("10.3.0.1"), Config.address("fd00:3::1")),
                List.of(pool),
                true));
    assertThat(read.local())
        .containsExactly(Config.address("10.3.0.1"), Config.address("fd00:3::1"));
    assertThat(read.dns()).isEqualTo(pool.dns());
    assertThat(read.subnets()).isEqualTo(pool.subnets());
  }

  private static AssignedAddresses assigned(String... attributes) {
    List<Attribute> list = new ArrayList<>();
    for (String text : attributes) {
      String[] parts = text.split(" ", 2);
      list.add(
          new Attribute(
              Integer.parseInt(parts[0]),
              parts.length == 1 || parts[1].isEmpty()
                  ? Octets.EMPTY
                  : Octets.copyOf(HexFormat.of().parseHex(parts[1]))));
    }
    return Configuration.assigned(new ConfigurationPayload(ConfigurationPayload.CFG_REPLY, list));
  }

  @Test
  void whatIsUnknownOrOfAWrongLengthIsIgnored() {
    AssignedAddresses read =
        assigned(
            "1 0a03",
            "1",
            "1 0a03000101",
            "8 0a030001",
            "3 0a",
            "13 0a020000",
            "13 0a020000ff00ff00",
            "15 fd000002000000000000000000000000ff",
            "16389 0102",
            "25 41424344",
            "1 00000000",
            "1 7f000001",
            "1 e0000001",
            "8 00000000000000000000ffff0a03000180");
    assertThat(read).isEqualTo(AssignedAddresses.NONE);
    assertThat(assigned("1 0a030001", "7 41", "1 0a030002").local())
        .containsExactly(Config.address("10.3.0.1"), Config.address("10.3.0.2"));
  }

  @Test
  void aPeerCannotMakeUsKeepMoreThanIsSane() {
    String[] many = new String[5000];
    for (int i = 0; i < many.length; i++) {
      many[i] = "1 0a03" + String.format("%04x", i);
    }
    assertThat(assigned(many).local()).hasSizeLessThanOrEqualTo(32);
  }

  @Test
  void wishesAreReadWithAndWithoutTheirPrefixLength() {
    Configuration.Wanted wanted =
        Configuration.wanted(
            new ConfigurationPayload(
                ConfigurationPayload.CFG_REQUEST,
                List.of(
                    new Attribute(1, Octets.EMPTY),
                    new Attribute(
                        8,
                        Octets.copyOf(
                            HexFormat.of().parseHex("fd000000000000000000000000000009" + "40"))),
                    new Attribute(14, Octets.EMPTY))));
    assertThat(wanted.ipv4()).isTrue();
    assertThat(wanted.wished4()).isEmpty();
    assertThat(wanted.wished6()).contains(Config.address("fd00::9"));
    assertThat(wanted.attributes()).isTrue();
  }
}
