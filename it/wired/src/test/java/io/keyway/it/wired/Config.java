package io.keyway.it.wired;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.ike.Authentication;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentObject.WhenDisabled;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/** The configuration of one of two mirrored sites. */
record Config(
    String local, String remote, int localPort, int remotePort, StartAction start, String plane) {

  IkePolicy ike() {
    return new IkePolicy(
        "ike",
        List.of(
            new IkeProposal(
                "1",
                EncryptionAlgorithm.AES_GCM_16_256,
                IntegrityAlgorithm.NONE,
                PrfAlgorithm.PRF_HMAC_SHA2_384,
                KeyExchangeMethod.ECP_384)),
        14400,
        0,
        0,
        false,
        false,
        true,
        Optional.of(
            new Authentication(
                Authentication.Method.PRE_SHARED_KEY, Optional.empty(), Optional.empty(), "psk")));
  }

  ChildPolicy child() {
    return child(EncryptionAlgorithm.AES_GCM_16_256, IntegrityAlgorithm.NONE, List.of(17));
  }

  ChildPolicy child(
      EncryptionAlgorithm encryption, IntegrityAlgorithm integrity, List<Integer> protocols) {
    return new ChildPolicy(
        "child",
        IpsecMode.TUNNEL,
        List.of(new EspProposal("1", encryption, integrity, Optional.empty(), true)),
        List.of(),
        List.of(),
        protocols,
        Lifetime.UNLIMITED,
        64,
        start);
  }

  Gateway gateway() {
    return new Gateway(
        "gw",
        "ike",
        address(local),
        Optional.of(address(remote)),
        localPort,
        remotePort,
        Optional.of(plane),
        Optional.empty());
  }

  /** A tunnel between two hosts. */
  Tunnel tunnel(String name, String ours, String theirs) {
    return tunnel(name, TrafficSelector.host(address(ours)), TrafficSelector.host(address(theirs)));
  }

  Tunnel tunnel(String name, TrafficSelector ours, TrafficSelector theirs) {
    return new Tunnel(
        name,
        "gw",
        "child",
        true,
        List.of(SelectorTemplate.of(ours)),
        List.of(SelectorTemplate.of(theirs)),
        WhenDisabled.HOLD);
  }

  void apply(Site site, Tunnel... tunnels) {
    site.configure(ike(), child(), gateway(), tunnels);
  }

  static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
