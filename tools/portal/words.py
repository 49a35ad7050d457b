# SPDX-License-Identifier: BSD-2-Clause
"""What the stand-in says to people, in Japanese and in English."""

# Why an answer is not accepted: the codes of judge.py.
WRONG = {
    "missing": ("回答に必要な項目がありません", "Something is missing in the answer"),
    "pin": ("回答に暗証番号の項目があります。ブラウザーに暗証番号を渡してはいけません",
            "There is a PIN in the answer: no PIN may pass through a browser"),
    "mode": ("尋ねたことと違う種類の回答です", "The answer is to another kind of question"),
    "result": ("回答の結果が 0 でも 1 でもありません", "The result is neither 0 nor 1"),
    "uuid": ("uuid が 32 桁の 16 進数ではありません", "The uuid is not 32 hexadecimal digits"),
    "combination-code": ("combination_code が 64 桁の 16 進数ではありません",
                         "The combination_code is not 64 hexadecimal digits"),
    "certificate-base64": ("証明書が base64（末尾の = なし）ではありません",
                           "The certificate is not base64 without padding"),
    "certificate-der": ("証明書の形式（DER）が正しくありません", "The certificate is not one in DER"),
    "key": ("証明書の鍵が 2048 ビットの RSA ではありません", "The key is not RSA of 2048 bits"),
    "issuer": ("カードの認証局が発行した証明書ではありません",
               "The certificate is not one of the card's CA"),
    "dates": ("証明書の有効期間外です", "The certificate is not valid today"),
    "issuer-dates": ("認証局の証明書の有効期間外です", "The CA's certificate is not valid today"),
    "usage": ("証明書の鍵の用途（keyUsage）が違います", "The certificate has another key usage"),
    "policy": ("証明書の種類（ポリシー）が違います", "The certificate has another policy"),
    "signature-base64": ("署名が base64 ではありません", "A signature is not base64"),
    "signature": ("署名が、尋ねた値に対するものではありません",
                  "The signature is not one over what was asked"),
    "not-an-array": ("署名が配列ではありません", "The signatures are not an array of texts"),
    "number": ("署名の数が文書の数と違います", "There are not as many signatures as documents"),
    "signature-of": ("文書の署名が正しくありません。何番目か",
                     "The signature of a document is wrong. Which one"),
    "hex": ("項目が 16 進数ではありません", "An attribute is not hexadecimal"),
    "utf-8": ("項目が UTF-8 ではありません", "An attribute is not UTF-8"),
    "empty": ("項目が空です", "An attribute is empty"),
    "characters": ("項目に表示できない文字があります", "An attribute has characters that cannot be shown"),
    "birthday": ("生年月日が 8 桁の数字ではありません", "The date of birth is not eight digits"),
    "sex": ("性別が 1、2、3、9 のどれでもありません", "The sex is none of 1, 2, 3, 9"),
}

# Why the program on this machine gives no answer: its "message".
DECLINED = {
    "cancelled": ("取り消されました", "It was cancelled"),
    "busy": ("ほかの要求の処理中です", "Another request is being answered"),
    "no-service": ("カードリーダーのサービス（pcscd）が動いていません", "The PC/SC service does not run"),
    "not-allowed": ("このユーザーはカードリーダーを使えません", "This user may not use the reader"),
    "no-reader": ("カードリーダーがつながっていません", "There is no card reader"),
    "no-card": ("カードがありません", "There is no card in the reader"),
    "mute": ("カードが応答しません。置き直してください", "The card does not answer: put it in again"),
    "other-card": ("マイナンバーカードではありません", "That is another kind of card"),
    "several-cards": ("カードが 2 枚以上あります。1 枚だけにしてください",
                      "There are several cards: leave one alone"),
    "no-key": ("カードに、その電子証明書がありません", "The card has no such certificate"),
    "no-attributes": ("カードから基本4情報を読み取れません", "The card does not have the four attributes"),
    "pin-blocked": ("暗証番号がロックされています", "The PIN is blocked"),
    "card-removed": ("途中でカードが抜かれました", "The card was taken out meanwhile"),
    "card-held": ("ほかのプログラムがカードを使用中です", "Another program holds the card"),
    "card-error": ("カードとの通信に失敗しました", "The card could not be talked to"),
    "not-understood": ("プログラムに要求が通じませんでした", "The program did not understand the request"),
    "refused-origin": ("このサイトは許可されていません", "This site is not on the list"),
    "refused-digest": ("署名できない値です", "This value is not one to be signed"),
    "refused-pin": ("要求に暗証番号が入っているため拒否されました",
                    "The request had a PIN in it and was refused"),
    "no-pinentry": ("暗証番号の入力画面（pinentry）を開けません", "There is no pinentry for the PIN"),
    "internal": ("プログラムの中で問題が起きました", "Something went wrong in the program"),
}
UNKNOWN = ("プログラムから回答がありませんでした", "The program did not answer")

# What the server says with a 4xx.
REFUSED = {
    "address": ("アドレスが違います", "There is no such address"),
    "method": ("この方法では要求できません", "Not in this way"),
    "origin": ("ほかのサイトからの要求です", "Another site asks"),
    "type": ("JSON ではありません", "This is not called JSON"),
    "length": ("長さがわかりません", "Its length is not told"),
    "size": ("大きすぎます", "This is too large"),
    "json": ("JSON として読めません", "This is no JSON that can be read"),
    "shape": ("要求の形が違います", "The request has another shape"),
    "session": ("セッションがありません。ページを開き直してください", "There is no session: open the page again"),
    "unknown": ("このセッションで尋ねたことではありません", "That was not asked in this session"),
    "used": ("この質問は、もう回答されています", "That question was answered already"),
    "expired": ("時間がたちすぎました。もう一度やり直してください", "That took too long: begin again"),
}


def told(words, more=""):
    """For a page: both languages."""
    return {"ja": words[0] + (f"（{more}）" if more else ""),
            "en": words[1] + (f" ({more})" if more else "") + "."}
