// SPDX-License-Identifier: BSD-2-Clause
//
// Asks the extension as Mynaportal does, has the server judge the answer, and tells what came of it.
"use strict";

(() => {
  const PATIENCE = 3000; // ms for the extension to put its inputs into the page
  const TITLE = document.title.replace(/^.* - /, " - ");
  const byId = (id) => document.getElementById(id);

  const WORDS = {
    ready: ["拡張機能でログイン", "ボタンを押してください。", "Press a button."],
    looking: ["拡張機能を探しています", "しばらくお待ちください。", "Looking for the extension."],
    platform: ["この端末では使えません",
      "お使いの端末（Linux）は対象外です。拡張機能の設定画面で「これらのサイトに Windows と伝える」をオンにすると、対象の端末として扱われます。設定した後、このページを読み込み直してください。",
      "This page does not serve Linux. A setting of the extension has it tell the page another platform; then load this page again."],
    extension: ["拡張機能がありません",
      "拡張機能が見つかりません。ブラウザーに入っているか、有効になっているかを確かめて、このページを読み込み直してください。",
      "There is no extension: look whether the browser has it, and whether it is turned on. Then load this page again."],
    program: ["プログラムがありません",
      "拡張機能はありますが、プログラムが見つかりません。「jpki setup portal」を実行してください。",
      "There is the extension, but not its program: say 'jpki setup portal'."],
    asking: ["暗証番号の入力画面で操作してください",
      "暗証番号を入力する画面が開きます。このページには入力しないでください。",
      "A window asks for the PIN. Type none into this page."],
    "01": ["ログインしました", "サーバーは、署名と証明書を確かめました。", "The server has checked the signature and the certificate."],
    "02": ["署名しました", "サーバーは、3 件の署名と証明書を確かめました。", "The server has checked the three signatures and the certificate."],
    "04": ["基本4情報を受け取りました", "カードから読み取った内容です。", "This is what the card has."],
    declined: ["できませんでした", "", ""],
    wrong: ["サーバーが受け付けませんでした", "", ""],
    refused: ["サーバーが要求を断りました", "", ""],
    garbled: ["できませんでした", "拡張機能の回答を読めません。", "The answer of the extension cannot be read."],
    silent: ["できませんでした", "サーバーから応答がありません。", "The server does not answer."],
  };

  const NAMES = {
    subject: "利用者（CN）", issuer: "発行者（issuer）", serial: "シリアル番号", end: "有効期限",
    name: "氏名", address: "住所", birthday: "生年月日", sex: "性別",
    uuid: "uuid（インストールの番号）", combination_code: "combination_code",
    errcode: "エラーコード（errcode）", message: "理由（message）", code: "判定（code）",
  };

  // --- what the person sees ----------------------------------------------------------------------

  function row(name, text) {
    const line = document.createElement("tr");
    const head = line.appendChild(document.createElement("th"));
    const cell = line.appendChild(document.createElement("td"));
    head.scope = "row";
    head.textContent = NAMES[name];
    cell.id = `fact-${name}`;
    cell.textContent = text;
    return line;
  }

  function show(state, told, facts = {}) {
    const [heading, ja, en] = WORDS[state];
    document.title = heading + TITLE;
    byId("heading").textContent = heading;
    byId("heading").className = ["01", "02", "04"].includes(state) ? "good"
      : ["ready", "looking", "asking"].includes(state) ? "" : "bad";
    byId("ja").textContent = told ? `${told.ja}。` : ja;
    byId("en").textContent = told ? told.en : en;
    const known = Object.entries(facts).filter(([name, text]) => name in NAMES && typeof text === "string");
    byId("facts").replaceChildren(...known.map(([name, text]) => row(name, text)));
    byId("facts").hidden = known.length === 0;
    document.body.dataset.state = state;
  }

  function showDocuments(documents) {
    byId("papers").hidden = documents.length === 0;
    byId("documents").replaceChildren(...documents.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
  }

  function mark(id, good, text) {
    byId(id).className = good ? "good" : "bad";
    byId(id).textContent = text;
  }

  // --- what this is, and what is there -------------------------------------------------------------

  // Once, when the page begins: what comes later is too late for the real pages, too.
  const linux = /Linux|X11/.test(navigator.userAgent) || navigator.userAgentData?.platform === "Linux";
  const number = (id) => {
    const found = byId(id);
    return found?.type === "hidden" && /^[0-9]+$/.test(found.value) ? found.value : null;
  };
  let over = false; // the time to wait for the extension
  let waiting = null; // for the answer of the extension: what takes it

  function look() {
    const extension = number("extension-is-installed");
    const program = number("app-is-installed");
    const none = over ? "見つかりません" : "探しています";
    mark("platform", !linux, linux ? "Linux（対象外）" : "対象の端末");
    mark("extension", extension, extension ? `バージョン ${extension}` : none);
    mark("program", program, program ? `バージョン ${program}` : none);
    if (linux) {
      return "platform";
    }
    if (extension && program) {
      return "ready";
    }
    return !over ? "looking" : extension ? "program" : "extension";
  }

  function update() {
    const state = look();
    const before = document.body.dataset.state;
    byId("buttons").hidden = state !== "ready";
    if (state !== before && (state !== "ready" || [undefined, "looking", "program", "extension"].includes(before))) {
      show(state);
    }
  }

  // --- asking --------------------------------------------------------------------------------------

  async function post(place, what) {
    const reply = await fetch(`/site/${place}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(what),
    });
    return reply.json();
  }

  // The answer of the extension, as the text that it is.
  function launch(message) {
    return new Promise((resolve) => {
      waiting = resolve;
      document.dispatchEvent(new CustomEvent("launchApp", { detail: JSON.stringify(message) }));
    });
  }

  document.addEventListener("recvMsg", (event) => {
    waiting?.(event.detail);
    waiting = null;
  });

  function parsed(text) {
    try {
      const answer = typeof text === "string" ? JSON.parse(text) : null;
      return typeof answer === "object" && !Array.isArray(answer) ? answer : null;
    } catch {
      return null;
    }
  }

  async function ask(mode) {
    const question = await post("ask", { mode });
    if (question.outcome !== "asked") {
      return show(question.outcome, question.told, question);
    }
    showDocuments(question.documents);
    show("asking");
    const answer = parsed(await launch(question.message));
    if (answer === null) {
      return show("garbled");
    }
    const { uuid, combination_code, errcode, message } = answer;
    const { outcome, told, code, facts } = await post("answer", { id: question.id, answer });
    return outcome === "right" ? show(mode, null, { ...facts, uuid, combination_code })
      : show(outcome, told, { errcode, message, code });
  }

  async function press(mode) {
    const buttons = [...document.querySelectorAll("button")];
    for (const button of buttons) {
      button.disabled = true;
    }
    try {
      await ask(mode);
    } catch {
      show("silent");
    } finally {
      for (const button of buttons) {
        button.disabled = false;
      }
    }
  }

  for (const [id, mode] of [["log-in", "01"], ["sign", "02"], ["attributes", "04"]]) {
    byId(id).addEventListener("click", () => press(mode));
  }
  new MutationObserver(update).observe(document.body, { childList: true });
  setTimeout(() => {
    over = true;
    update();
  }, PATIENCE);
  update();
})();
