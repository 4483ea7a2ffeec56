package io.keyway.it.vrouter.contract;

import com.google.protobuf.ByteString;
import io.keyway.plane.vrouter.Samples;
import io.keyway.protocol.vrouter.v1.*;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Changes that no agent may make, each with a word of the reason that it must give. */
final class BadItems {

  /** Planted: whoever repeats a key repeats this. */
  static final String KEY = "a key nobody repeats";

  static final int TAKEN = 0x7777;
  static final ByteString ROUTER = Samples.octets("192.0.2.1");
  static final ByteString PEER = Samples.octets("198.51.100.1");

  private static final ByteString ROUTER6 = Samples.octets("2001:db8::1");

  private final Map<String, Change> items = new LinkedHashMap<>();

  private BadItems() {
    sas();
    identities();
    policies();
    items.put("empty", Change.getDefaultInstance());
  }

  /** By a word of the reason; several with the same one have a number behind it. */
  static Map<String, Change> all() {
    return new BadItems().items;
  }

  static SelectorPair.Builder pair() {
    return SelectorPair.newBuilder()
        .setLocal(side("10.1.0.0", "10.1.255.255"))
        .setRemote(side("10.2.0.0", "10.2.255.255"));
  }

  private static Selector.Builder side(String first, String last) {
    return Selector.newBuilder()
        .setFirst(Samples.octets(first))
        .setLast(Samples.octets(last))
        .setLastPort(65535);
  }

  /** A good one. */
  static AddSa.Builder sa(Direction direction, int spi) {
    boolean in = direction == Direction.INBOUND;
    return AddSa.newBuilder()
        .setSa(
            SecurityAssociation.newBuilder()
                .setId(
                    SaId.newBuilder()
                        .setDirection(direction)
                        .setSpi(spi)
                        .setDestination(in ? ROUTER : PEER))
                .setMode(Mode.TUNNEL)
                .setEndpoints(Endpoints.newBuilder().setLocal(ROUTER).setRemote(PEER))
                .setEncryption(20)
                .setEsn(true)
                .setReplayWindow(in ? 128 : 0)
                .addSelectors(pair())
                .setOwner("other"))
        .setKeys(SaKeys.newBuilder().setEncryptionKey(ByteString.copyFromUtf8(KEY)));
  }

  private void put(String word, Change.Builder change) {
    String key = word;
    for (int i = 2; items.containsKey(key); i++) {
      key = word + "#" + i;
    }
    items.put(key, change.build());
  }

  private void sa(String word, Direction direction, Consumer<AddSa.Builder> spoil) {
    AddSa.Builder add = sa(direction, 0x6000 + items.size());
    spoil.accept(add);
    put(word, Change.newBuilder().setAddSa(add));
  }

  private void out(String word, Consumer<SecurityAssociation.Builder> spoil) {
    sa(word, Direction.OUTBOUND, add -> spoil.accept(add.getSaBuilder()));
  }

  private void selector(String word, Consumer<SelectorPair.Builder> spoil) {
    out(
        word,
        sa -> {
          SelectorPair.Builder pair = pair();
          spoil.accept(pair);
          sa.setSelectors(0, pair);
        });
    Policy.Builder policy =
        Policy.newBuilder()
            .setDirection(Direction.INBOUND)
            .setAction(PolicyAction.DISCARD)
            .setSelectors(pair());
    spoil.accept(policy.getSelectorsBuilder());
    put(word, Change.newBuilder().setAddPolicy(AddPolicy.newBuilder().setPolicy(policy)));
  }

  private void sas() {
    out("encryption algorithm 99", sa -> sa.setEncryption(99));
    out("integrity algorithm 77", sa -> sa.setIntegrity(77));
    out("does not exist", sa -> sa.setIntegrity(12));
    for (String key : new String[] {"", KEY + "!", KEY.substring(1), KEY.repeat(3000)}) {
      sa(
          "keys of " + key.length(),
          Direction.OUTBOUND,
          add -> add.getKeysBuilder().setEncryptionKey(ByteString.copyFromUtf8(key)));
    }
    sa(
        "keys of 20 and 20",
        Direction.OUTBOUND,
        add -> add.getKeysBuilder().setIntegrityKey(ByteString.copyFromUtf8(KEY)));
    out("mode", sa -> sa.setModeValue(9));
    out("mode", sa -> sa.setModeValue(-1));
    out("mode", SecurityAssociation.Builder::clearMode);
    out("replay window of 5000", sa -> sa.setReplayWindow(5000));
    sa("need a replay window", Direction.INBOUND, add -> add.getSaBuilder().setReplayWindow(0));
    sa(
        "extended sequence numbers",
        Direction.OUTBOUND,
        add -> add.getSaBuilder().setEncryption(21));
    out("1 to 32", SecurityAssociation.Builder::clearSelectors);
    out(
        "1 to 32",
        sa -> {
          for (int i = 0; i < 40; i++) {
            sa.addSelectors(pair());
          }
        });
    out("64 octets", sa -> sa.setOwner("x".repeat(65)));
    out("64 octets", sa -> sa.setTag(ByteString.copyFrom(new byte[65])));
    out("DSCP 64", sa -> sa.setDscp(64));
    out("DF", sa -> sa.setDontFragmentValue(7));
    out("DF", sa -> sa.setDontFragmentValue(-3));
    selector("upside down", pair -> pair.setLocal(side("10.1.0.9", "10.1.0.1")));
    selector("upside down", pair -> pair.setRemote(side("2001:db8::2", "2001:db8::1")));
    selector("two families", pair -> pair.setRemote(side("10.2.0.0", "2001:db8::1")));
    selector("two families", pair -> pair.setRemote(side("2001:db8::", "2001:db8::1")));
    selector(
        "has 5 octets", pair -> pair.getLocalBuilder().setFirst(ByteString.copyFrom(new byte[5])));
    selector("has 0 octets", pair -> pair.getRemoteBuilder().clearLast());
    selector("port range", pair -> pair.getLocalBuilder().setFirstPort(90).setLastPort(80));
    selector("port range", pair -> pair.getRemoteBuilder().setLastPort(65536));
    selector("protocol 256", pair -> pair.setProtocol(256));
    selector("a local and a remote", SelectorPair.Builder::clearRemote);
  }

  private void identities() {
    out("reserved", sa -> sa.getIdBuilder().setSpi(255));
    out("reserved", sa -> sa.getIdBuilder().clearSpi());
    out("direction", sa -> sa.getIdBuilder().setDirectionValue(3));
    out("direction", sa -> sa.getIdBuilder().clearDirection());
    out("has 3 octets", sa -> sa.getIdBuilder().setDestination(ByteString.copyFrom(new byte[3])));
    out("is not its remote", sa -> sa.getIdBuilder().setDestination(ROUTER));
    out("two families", sa -> sa.getEndpointsBuilder().setLocal(ROUTER6));
    out("UDP ports", sa -> sa.getEndpointsBuilder().setLocalPort(4500));
    out("UDP ports", sa -> sa.getEndpointsBuilder().setLocalPort(4500).setRemotePort(70000));
    sa("already", Direction.OUTBOUND, add -> add.getSaBuilder().getIdBuilder().setSpi(TAKEN));
    sa("already", Direction.INBOUND, add -> add.getSaBuilder().getIdBuilder().setSpi(TAKEN));
    put(
        "no SA",
        Change.newBuilder()
            .setUpdateSa(
                UpdateSa.newBuilder()
                    .setId(sa(Direction.OUTBOUND, 0x6fff).getSa().getId())
                    .setEndpoints(Endpoints.newBuilder().setLocal(ROUTER).setRemote(PEER))));
    put(
        "two families",
        Change.newBuilder()
            .setUpdateSa(
                UpdateSa.newBuilder()
                    .setId(sa(Direction.OUTBOUND, TAKEN).getSa().getId())
                    .setEndpoints(Endpoints.newBuilder().setLocal(ROUTER6).setRemote(PEER))));
    put(
        "no SA",
        Change.newBuilder()
            .setDelSa(DelSa.newBuilder().setId(sa(Direction.OUTBOUND, 0x6fff).getSa().getId())));
    put(
        "no policy",
        Change.newBuilder()
            .setDelPolicy(
                DelPolicy.newBuilder()
                    .setPlace(
                        PolicyPlace.newBuilder()
                            .setDirection(Direction.INBOUND)
                            .setSelectors(pair().setProtocol(77)))));
  }

  private void policies() {
    policy("direction", policy -> policy.setDirectionValue(8));
    policy("action", policy -> policy.setActionValue(6));
    policy("action", policy -> policy.setActionValue(-6));
    policy("action", Policy.Builder::clearAction);
    policy("a local and a remote", Policy.Builder::clearSelectors);
    policy("64 octets", policy -> policy.setOwner("y".repeat(65)));
    policy("only an outbound PROTECT", policy -> policy.setSa(taken()));
    policy("reserved", policy -> policy.setAction(PolicyAction.PROTECT).setSa(taken().setSpi(3)));
    policy("direction", policy -> policy.setAction(PolicyAction.PROTECT).clearSa());
    policy(
        "is not there",
        policy -> policy.setAction(PolicyAction.PROTECT).setSa(taken().setSpi(0x6ffe)));
    policy(
        "outbound SA",
        policy ->
            policy
                .setAction(PolicyAction.PROTECT)
                .setSa(sa(Direction.INBOUND, TAKEN).getSa().getId()));
  }

  private static SaId.Builder taken() {
    return sa(Direction.OUTBOUND, TAKEN).getSa().getId().toBuilder();
  }

  private void policy(String word, Consumer<Policy.Builder> spoil) {
    Policy.Builder policy =
        Policy.newBuilder()
            .setDirection(Direction.OUTBOUND)
            .setAction(PolicyAction.HOLD)
            .setSelectors(pair().setProtocol(50 + items.size()));
    spoil.accept(policy);
    put(word, Change.newBuilder().setAddPolicy(AddPolicy.newBuilder().setPolicy(policy)));
  }
}
