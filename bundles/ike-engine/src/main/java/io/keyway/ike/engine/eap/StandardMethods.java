package io.keyway.ike.engine.eap;

import io.keyway.api.ike.EapSettings;
import java.security.SecureRandom;

/** The methods that there are. */
public final class StandardMethods implements EapMethods {
  private final EapPasswords passwords;
  private final SecureRandom random;

  public StandardMethods(EapPasswords passwords, SecureRandom random) {
    this.passwords = passwords;
    this.random = random;
  }

  @Override
  public EapMethod peer(EapSettings.Type type, EapSettings settings, EapName user) {
    OwnPassword own = new OwnPassword(passwords, settings.secret());
    return switch (type) {
      case MSCHAPV2 -> new MsChapV2Peer(own, user, random);
      case MD5 -> new Md5Peer(own);
    };
  }

  @Override
  public EapMethod server(EapSettings.Type type, EapSettings settings, EapName user) {
    UserPassword theirs = new UserPassword(passwords, settings, user, random);
    return switch (type) {
      case MSCHAPV2 -> new MsChapV2Server(theirs, random);
      case MD5 -> new Md5Server(theirs, random);
    };
  }
}
