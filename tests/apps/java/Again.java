// SPDX-License-Identifier: BSD-2-Clause

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;

/**
 * Stays, and does what it is told, a line a request, a line an answer: "ok", or what it is thrown.
 *
 * <pre>
 * java Again.java CONFIGURATION
 *     load PIN        the key store, with that PIN
 *     key             take the key from it
 *     sign FILE OUT   with the key that was taken last
 * </pre>
 */
class Again {
    private final Provider provider;
    private final KeyStore store;
    private PrivateKey key;

    Again(String configuration) throws Exception {
        provider = Security.getProvider("SunPKCS11").configure(configuration);
        Security.addProvider(provider);
        store = KeyStore.getInstance("PKCS11", provider);
    }

    public static void main(String[] args) throws Exception {
        Again again = new Again(args[0]);
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            System.out.println(again.answer(line.split(" ")));
        }
    }

    private String answer(String[] words) {
        try {
            switch (words[0]) {
                case "load":
                    store.load(null, words[1].toCharArray());
                    break;
                case "key":
                    key = (PrivateKey) store.getKey(store.aliases().nextElement(), null);
                    break;
                default:
                    sign(Path.of(words[1]), Path.of(words[2]));
            }
            return "ok";
        } catch (Exception error) {
            Throwable cause = error;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return cause.getMessage();
        }
    }

    private void sign(Path file, Path out) throws Exception {
        Signature signature = Signature.getInstance("SHA256withRSA", provider);
        signature.initSign(key);
        signature.update(Files.readAllBytes(file));
        Files.write(out, signature.sign());
    }
}
