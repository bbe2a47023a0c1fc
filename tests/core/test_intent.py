"""What people want, in their own words: a table for each wish, and for what must not be taken for it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mailflow
from mailflow.core.answer import Answer, Reading, Value
from mailflow.core.form import Form
from mailflow.core.intent import read_wish
from mailflow.core.intentwords import SIGNS, IntentWords, compile_intent_words
from mailflow.core.policy import Redirect
from mailflow.core.text import Line, Mark
from mailflow.core.wish import Intent, Wish
from tests.core.given import FORM as RECOVERY_FORM

LANGUAGES = {
    file.stem: tomllib.loads(file.read_text("utf-8"))
    for file in (Path(mailflow.__file__).parent / "languages" / "intent").glob("*.toml")
}
WORDS = compile_intent_words(LANGUAGES.items())
FORM = Form((), "PyPI")
REDIRECTS = (
    Redirect("size limits", ("size limit", "upload limit", "project limit", "file size", "total size", "quota", "increase limit"), "", ""),
    Redirect("malware or security reports", ("malware", "malicious", "typosquat", "suspicious package", "phishing"), "", ""),
    Redirect("ownership of a project name", ("pep 541", "name dispute", "abandoned project", "take over the name", "trademark", "项目名称"), "", ""),
    Redirect("suspended accounts", ("account suspended", "account was suspended", "banned"), "", ""),
    Redirect("other questions", (), "", ""),
)  # fmt: skip


def reading(**values: Value) -> Reading:
    return Reading(
        {key: Answer(key, value, f"the {key}", 1, 0, 1, "rule", 1.0) for key, value in values.items()}
    )


def wish(
    text: str, *, subject: str = "", in_case: bool = True, said: Reading | None = None, form: Form = FORM
) -> Wish:
    lines = [Line(line, Mark.FRESH, number) for number, line in enumerate(text.split("\n"), 1)]
    return read_wish(lines, subject, said or Reading(), REDIRECTS, WORDS, in_case=in_case, form=form)


STATUS = [
    "Two weeks already. Did someone look into this?",
    "Any news?",
    "any update on this please",
    "Hi, just checking in. What is the status?",
    "how long will it take?",
    "Hello?? Is anybody there?",
    "I still have not received any answer from you.",
    "it has been a month, this is ridiculous!!!",
    "When can I expect to hear back?",
    "Still waiting for a reply.",
    "Friendly reminder :)",
    "ping",
    "Could you please give me an update?",
    "What is taking so long? I need to release on Friday.",
    "Where am I in the queue?",
    "Has my mail been lost? No answer so far.",
    "Sorry to bother you again, but is there any progress?",
    "Do you need anything else from me?",
    "How is it going with my request?",
    "Just following up on my request.",
    "nobody answers",
    "I've been waiting for three weeks now.",
    "Can you tell me the current status of my case?",
    # the other languages
    "Gibt es schon etwas Neues?",
    "Wie ist der aktuelle Stand?",
    "Ich warte nun seit drei Wochen auf eine Antwort.",
    "Wie lange dauert es noch?",
    "Hat sich das schon jemand angesehen?",
    "Avez-vous des nouvelles ?",
    "Où en est ma demande ?",
    "J'attends toujours une réponse de votre part.",
    "Cela fait trois semaines, quelqu'un a regardé ?",
    "¿Hay alguna novedad?",
    "¿Cómo va mi solicitud?",
    "Llevo tres semanas esperando.",
    "¿Cuánto tiempo tarda?",
    "Alguma novidade?",
    "Já faz um mês e não tive resposta.",
    "Qual é o estado do meu pedido?",
    "Ci sono novità?",
    "A che punto è la mia richiesta?",
    "Sono passate tre settimane, qualcuno ha guardato?",
    "Есть новости?",
    "Прошло уже три недели. Кто-нибудь смотрел мою заявку?",
    "Когда можно ожидать ответа?",
    "请问有进展吗？",
    "已经三个星期了，还没有回复。",
    "请问什么时候能处理？",
    "その後いかがでしょうか。",
    "進捗を教えていただけますか。",
    "まだ返信をいただいておりません。",
    "진행 상황이 어떻게 되나요?",
    "아직 답변을 받지 못했습니다.",
    "얼마나 더 기다려야 하나요?",
    "Good morning, I wrote to you on the 3rd and have had no reaction since then. Is my request being processed?",
    "Is there any progress regarding my ticket? I've been locked out for a month now.",
    "hey guys whats up with my account recovery???",
    "It's been more than 20 days... when will you reset my 2fa?",
    "Could somebody please have a look at my case? We need to publish a security fix.",
    "Hello again. I understand you are busy, but I'd love to know how things stand.",
    "any luck?",
    "Did you get my last mail?",
    "What's the current waiting time?",
    "I am getting desperate. How many more weeks should I wait?",
    "Dear team, has a decision been made yet?",
    "Just wondering whether you had time to look at my request.",
    "do you have an ETA",
    "up",
    "Hi, is there an estimate when this will be handled? Thank you in advance!",
    "I have sent everything you asked for two weeks ago and heard nothing. Please respond.",
    "Can I do anything to speed this up?",
    "Guten Tag, liegt mein Antrag noch bei Ihnen? Ich habe bisher nichts gehört.",
    "Könnten Sie mir bitte sagen, wie es um meine Anfrage steht?",
    "Ist meine Mail überhaupt angekommen?",
    "Seit einem Monat keine Reaktion. Das ist eine Frechheit!",
    "Bonjour, ma demande est-elle toujours en cours de traitement ?",
    "Je n'ai reçu aucune réponse depuis deux semaines.",
    "Pouvez-vous me dire quand mon compte sera rétabli ?",
    "Hola, quería saber si hay alguna actualización de mi caso.",
    "Hace tres semanas que les escribí y nadie me contesta.",
    "Boa tarde, gostaria de saber como está o andamento do meu pedido.",
    "Já se passaram duas semanas. Alguém pode verificar?",
    "Buongiorno, avrei bisogno di sapere lo stato della mia richiesta.",
    "È passato un mese e non ho ricevuto alcuna risposta.",
    "Здравствуйте! Подскажите, пожалуйста, в каком статусе моя заявка?",
    "Уже месяц жду ответа. Когда рассмотрите?",
    "您好，我两周前提交了申请，请问现在处理得怎么样了？",
    "等了一个月了，什么时候能恢复？",
    "お世話になっております。先日お送りした件、ご確認いただけましたでしょうか。",
    "三週間経ちましたが、まだご連絡がありません。",
    "안녕하세요, 제 요청이 어떻게 처리되고 있는지 궁금합니다.",
    "3주가 지났는데 아직 연락이 없습니다.",
]

WITHDRAWAL = [
    "Never mind, I got back in with an old backup of my phone.",
    "solved, thx",
    "Solved!",
    "please close",
    "The problem is solved, you can close the ticket.",
    "It's resolved, thanks anyway.",
    "I managed to log in, no need to do anything.",
    "I was finally able to log in again by myself.",
    "Found the codes in a drawer and got in. Sorry for the noise.",
    "Please cancel my recovery request.",
    "I would like to withdraw my request.",
    "No longer needed, I have made a new account instead.",
    "all good now, thank you",
    "nvm",
    "Could you please close my case?",
    "I have figured it out, but thanks for your help!",
    "I don't need the account any more.",
    "It works again, I did it myself.",
    "Hat sich erledigt, danke!",
    "Das Problem ist gelöst.",
    "Ich bin selbst wieder reingekommen.",
    "Bitte schließen Sie meine Anfrage.",
    "Erledigt.",
    "C'est résolu, merci !",
    "J'ai réussi à me connecter.",
    "Vous pouvez fermer ma demande.",
    "Laissez tomber, j'ai retrouvé l'accès.",
    "Ya está resuelto, gracias.",
    "He conseguido entrar.",
    "Por favor, cierren mi solicitud.",
    "Ya no hace falta.",
    "Já resolvi, obrigado.",
    "Consegui entrar.",
    "Podem fechar o pedido.",
    "Risolto, grazie!",
    "Sono riuscito ad accedere.",
    "Potete chiudere la richiesta.",
    "Вопрос решён, спасибо.",
    "Мне удалось войти.",
    "Закройте, пожалуйста, заявку.",
    "问题已经解决了，谢谢",
    "不用了，我自己登录上了。",
    "请关闭我的申请。",
    "解決しました。ありがとうございました。",
    "自分でログインできました。",
    "申請を取り消してください。",
    "해결되었습니다. 감사합니다.",
    "로그인에 성공했습니다.",
    "요청을 취소해 주세요.",
    "You can ignore this, I found my backup key in the safe and logged in.",
    "Good news: my old phone came back to life so I don't need your help any longer.",
    "please drop my request, I have found my recovery codes and I'm in",
    "Hi, problem solved on my end. Thanks for your time!",
    "Resolved. Feel free to close this.",
    "I finally remembered the password, so everything is fine. You can close the case.",
    "Forget about it, managed to restore the authenticator from iCloud.",
    "It works again, turned out my clock was wrong. Sorry for bothering you.",
    "I have recovered my account on my own, thanks.",
    "Please stop the process, this is no longer needed.",
    "I want to cancel the account recovery.",
    "no need anymore, thx",
    "I was able to regain access by myself, please close the issue.",
    "We decided to register a new account instead, so please cancel.",
    "Sorry, I made a mistake, my account is fine. Please delete my request.",
    "Hat sich geklärt, ich habe die Codes wiedergefunden und bin drin.",
    "Danke, ich konnte mich inzwischen selbst wieder anmelden.",
    "Sie können den Fall schließen, ich brauche das Konto nicht mehr.",
    "J'ai finalement retrouvé mes codes et j'ai pu me connecter. Vous pouvez clore le dossier.",
    "Ce n'est plus nécessaire, merci.",
    "Ya pude entrar, gracias. Pueden cerrar el caso.",
    "Ya lo solucioné por mi cuenta.",
    "Consegui recuperar o acesso sozinho, podem encerrar o chamado.",
    "Não preciso mais, obrigado.",
    "Ho risolto da solo, grazie lo stesso.",
    "Non serve più, potete chiudere.",
    "Спасибо, уже разобрался сам, заявку можно закрыть.",
    "Больше не актуально.",
    "我找到备份码，已经登录进去了，谢谢，不用处理了。",
    "已经自己解决了，请关闭工单。",
    "自己解決しましたので、申請を取り下げます。",
    "ログインできましたので、対応は不要です。",
    "제가 직접 해결했습니다. 요청을 취소하겠습니다.",
    "더 이상 필요하지 않습니다.",
]

CONFIRMATION = [
    "Thanks in advance",
    "Заранее спасибо!",
    "Vielen Dank im Voraus!",
    "ありがとうございます。承知しました。お待ちします。",
    "I'm back in, thanks a lot for the work!",
    "It worked, thank you!",
    "Thank you very much!",
    "Many thanks for your help, Jo",
    "I can log in again, great work.",
    "I have access again!",
    "Ich komme wieder rein, vielen Dank!",
    "Es hat geklappt.",
    "Vielen Dank!",
    "Ça marche de nouveau, merci !",
    "Merci beaucoup",
    "Ha funcionado, muchas gracias.",
    "Muchas gracias por su ayuda",
    "Funcionou, obrigada!",
    "Ha funzionato, grazie mille!",
    "Всё получилось, спасибо!",
    "Спасибо большое!",
    "可以登录了，非常感谢！",
    "谢谢",
    "無事にログインできるようになりました。ありがとうございます。",
    "ありがとうございます。",
    "다시 접속됩니다. 감사합니다!",
    "감사합니다",
    "Thanks, the reset worked and I'm logged in.",
    "Perfect, thank you!",
    "I've got my account back, you are the best!",
    "Thank you so much!! works again ❤️",
    "Funktioniert wieder, danke!",
    "Everything works now. Many thanks to the whole team!",
    "Danke für die schnelle Hilfe, ich bin wieder drin.",
    "C'est bon, j'ai de nouveau accès. Merci !",
    "Ya tengo acceso, mil gracias.",
    "Já tenho acesso novamente, muito obrigado!",
    "Tutto funziona, grazie.",
    "Доступ восстановлен, спасибо!",
    "已经可以正常登录了，谢谢你们。",
    "アクセスできるようになりました。感謝いたします。",
    "접속이 됩니다. 감사합니다.",
]
YES = [
    "By all means, yes.",
    "👍",
    "👍👍🙏",
    "I confirm.",
    "yes",
    "Ok",
    "Yes, that is correct.",
    "Ja",
    "はい、お願いします。",
    "I confirm that I want to continue with the recovery.",
    "That's right, it's me.",
    "OK, I'll wait.",
    "Understood, thanks.",
    "Ja, ich möchte weitermachen.",
    "Oui, je confirme.",
    "Sì, confermo.",
    "Да, подтверждаю.",
]
GO_ON = [
    "Yes please, start with it. I can wait.",
    "Go ahead.",
    "Yes, I want to continue.",
    "Please proceed.",
    "Ja, bitte machen Sie weiter.",
    "Oui, allez-y.",
    "Sí, adelante.",
    "Sim, podem continuar.",
    "Sì, procedete pure.",
    "Да, продолжайте, пожалуйста.",
    "是的，请继续。",
    "네, 진행해 주세요.",
    "Yes, please do it.",
    "yes go on",
    "Yes I still want my account back, please continue.",
    "Sí, por favor continúen.",
    "Sim, pode prosseguir.",
    "好的，请继续处理。",
    "はい、進めてください。",
    "네, 계속 진행해 주세요.",
]

PROOF = [
    "The branch is online now.",
    "I have pushed the branch.",
    "Branch pushed: https://git.example.org/jo/tool/tree/XXXXXX",
    "Done, I created the tag you asked for.",
    "Der Branch ist da.",
    "Ich habe den Branch angelegt.",
    "La branche est en ligne.",
    "J'ai créé la branche.",
    "La rama está creada.",
    "He creado la rama.",
    "O branch foi criado.",
    "Ho creato il branch.",
    "Ветка создана.",
    "分支已经创建了。",
    "ブランチを作成しました。",
    "브랜치를 만들었습니다.",
    "I've created the branch as requested: https://git.example.org/a/b/tree/XYZ",
    "Done! The tag is pushed.",
    "The file is in place, please check.",
    "Here is the link to the branch: https://git.example.org/a/b",
    "Branch created and pushed.",
    "Die Datei ist hochgeladen, der Branch existiert.",
    "C'est fait, la branche a été poussée.",
    "Listo, la rama ya está creada.",
    "Готово, ветка запушена.",
    "分支已推送。",
]

RECOVERY = [
    "I want my account back",
    "I can't log in any more.",
    "lost my phone with the authenticator",
    "I lost my 2FA, malware wiped my phone.",
    "Please help, I forgot the password and the mailbox no longer exists.",
    "Could you change the e-mail address of my account?",
    "My phone was stolen.",
    "Ich komme nicht mehr in mein Konto.",
    "Ich habe mein Handy verloren.",
    "Je n'arrive plus à me connecter à mon compte.",
    "J'ai perdu mon téléphone.",
    "No puedo entrar en mi cuenta.",
    "He perdido el móvil.",
    "Perdi o acesso à minha conta.",
    "Ho perso l'accesso al mio account.",
    "Я потерял доступ к аккаунту.",
    "我无法登录我的账号。",
    "手机丢了，收不到验证码。",
    "アカウントにログインできません。",
    "携帯電話を紛失しました。",
    "계정에 로그인할 수 없습니다.",
    "휴대폰을 잃어버렸습니다.",
    "I don't have access to my account because my phone died",
    "cant login, 2fa codes gone. please help!!",
    "My authenticator app got deleted when I changed phones, could you disable 2FA?",
    "forgot my username and password",
    "I mistyped my email when registering",
    "my university email was deactivated after I graduated",
    "Reset 2FA please",
    "Account recovery for user jdoe",
    "The verification email never arrives",
    "I solved the captcha but it still won't let me in",
    "My account was hacked, somebody changed the email, please close it for them",
    "Is it possible to get my account back?",
    "Thanks in advance for your help! I lost my security key.",
    "Never received the confirmation link. Thank you",
    "Please cancel the 2FA on my account, I lost the device.",
    "I was able to log in until my phone was stolen.",
    "Ich kann mich nicht anmelden, weil mein altes Handy kaputt ist. Vielen Dank im Voraus!",
    "Mein Benutzername ist weg, bitte helfen Sie mir",
    "Mon adresse mail n'existe plus, je ne peux plus me connecter",
    "Ya no tengo acceso al correo con el que me registré",
    "Não recebo o e-mail de confirmação",
    "Ho dimenticato il nome utente",
    "Забыл пароль и потерял телефон с аутентификатором",
    "换了手机，验证器没了，登录不了",
    "이메일 주소를 잘못 입력했습니다",
]

BULK = [
    "Dear webmaster, we offer guest posts and backlinks at competitive prices.",
    "Hi, I came across your website. Our SEO services can boost your business. Book a call?",
    "We offer web design services. Reply STOP to opt out.",
    "I have an investment opportunity of 4 million dollars for you.",
    "Get 5000 backlinks with high authority sites. Price list attached.",
    "Are you interested in sponsored posts on your site?",
    "Wir bieten Suchmaschinenoptimierung für Ihre Website an.",
    "Nous proposons des services de référencement pour votre site.",
    "Ofrecemos servicios SEO para su sitio web.",
    "Oferecemos serviços de SEO para o seu site.",
    "Offriamo servizi SEO per il vostro sito.",
    "Предлагаем продвижение вашего сайта в поисковых системах.",
    "我们提供网站优化和外链服务。",
    "貴社サイトのSEO対策をご提案いたします。",
    "귀사 웹사이트의 SEO 서비스를 제안드립니다.",
    "Dear Sir/Madam, I represent a leading SEO company. We can put your website on the first page of Google.",
    "Do you accept sponsored articles? What is the price for a dofollow link?",
    "Hello, are you interested in buying a list of Python developers with verified emails?",
    "We are a software outsourcing company with 200 developers. Can we schedule a quick call?",
    "URGENT: business proposal. I am the lawyer of a deceased client who left 8.5 million dollars.",
    "Boost your sales with our email marketing! Unsubscribe here.",
    "I noticed your site has no explainer video. Our prices start at 99$.",
    "Your domain pypi.example expires soon - special offer!",
    "尊敬的负责人：我司代开各类发票，优惠。",
    "Sehr geehrte Damen und Herren, wir bieten Ihnen unsere Dienstleistungen im Bereich Webdesign an.",
    "Apply for a quick loan at 2% interest rate today!",
]

OFF_TOPIC = [
    ("Could you raise the size limit of our project to 30 GB?", "size limits"),
    ("We have reached the upload limits, please increase the limit.", "size limits"),
    ("The limit of our project is nearly used up. Can we get more?", "size limits"),
    ("There is malware in the package tooll, it sends files away.", "malware or security reports"),
    ("I want to report a malicious typosquat of our library.", "malware or security reports"),
    (
        "The abandoned project foo blocks us, may we take over the name under PEP 541?",
        "ownership of a project name",
    ),
    ("Our trademark is used by somebody else.", "ownership of a project name"),
    ("My account was suspended, please look at it again.", "suspended accounts"),
    ("Account suspended! Why? I need access back.", "suspended accounts"),
    ("How do I install the package with pip?", "other questions"),
    ("Where can I find download statistics?", "other questions"),
    ("I am applying for the job as an engineer, please find my CV.", "other questions"),
    ("关于项目名称的问题", "ownership of a project name"),
    ("Wie installiere ich ein Paket?", "other questions"),
    ("Comment installer un paquet ?", "other questions"),
    ("¿Cómo instalo un paquete?", "other questions"),
]

NOTHING = [
    "",
    "jdoe",
    "I solved the captcha, but the page did not go on.",
    "It is not solved yet.",
    "Please let me know once it is solved.",
    "If it works I will tell you.",
    "Is it solved?",
    "Never mind the spelling, jdoe is right: see the next page",
    "I got in touch with my provider.",
    "Please do not close my request!",
    "The name is jdoe, not j-doe.",
    "My projects are foo and bar.",
    "When the tag is set I will write again.",
    "I thought it was solved.",
    "Das ist noch nicht gelöst.",
    "Ce n'est pas résolu.",
    "No está resuelto.",
    "Ещё не решено.",
    "还没有解决",
    "解決していません。",
    "아직 해결되지 않았습니다.",
    "The first part of the code is correct",
    "Yes to both, user name is jdoe",
    "My name is Jo.",
    "Please use this address instead: jo@example.org",
    "The project is called solved-puzzles",
    "I am not sure whether I still have the codes.",
    "Sorry, my last mail had a typo, the user is jdoe2.",
    "no",
    "I have attached a screenshot",
    "As I said, I don't have them.",
    "My company is called Go Ahead Ltd.",
    "I used the branch office mail.",
    "2",
    "My phone number is 555",
    "Das war ein Tippfehler",
    "I will send the rest tomorrow.",
    "Here are the projects: foo, bar",
    "Where do I find my user name?",
    "What do you mean by recovery codes?",
    "I'm not comfortable sharing this.",
    "Do I need to sign something?",
]


# First mails that hold words of other wishes: taken for one of those, they would get no letter, or the wrong one.
FIRST_MAILS = [
    "I am locked out of my account. My GitHub account of the same name can prove who I am.",
    "I lost my phone with the GitHub app and all authenticator codes, so I cannot log in here. User: alderly",
    "My Discord and Slack are fine, but here I cannot get past the second factor since my phone broke.",
    "Please reset the 2FA of my account alderly. I use the same name on GitHub and GitLab.",
    "I lost access to my GitHub and to your site in the same fire: phone, laptop, everything gone.",
    "I forgot my password. The project has the trademark of our company as its name, so you can see that it is ours.",
    "Someone reported a vulnerability in my package and I cannot fix it because I lost my authenticator.",
    "I cannot log in since the ransomware attack on our office; the phones were wiped, no recovery codes left.",
    "The mailbox of my account is gone because the invoice of the hosting company was not paid.",
    "My account was hacked through a phishing mail; the attacker changed the address. Please help me get it back.",
    "I need to upload a release that exceeds the file size limit, but first I need my account back: 2FA device lost.",
    "Is this the right address for account recovery? I read about it in the documentation.",
    "Ich habe das Handy mit der GitHub-App und allen Codes verloren und komme nicht mehr in mein Konto.",
    "J'ai perdu mon téléphone ; mon compte GitHub du même nom peut servir de preuve.",
    "Perdí el teléfono. Mi banco y GitHub ya me dieron códigos nuevos, pero aquí no puedo entrar.",
    "手机丢了，无法登录账号。GitHub账号可以证明是我本人。",
    "I want to report that my account is compromised; someone else has changed the password.",
    "My maintainer account for the abandoned package treelib is locked, the phone with the codes is dead.",
    "I was suspended from my job, lost the company mailbox, and now cannot reset my password.",
    "Bug: the login page does not accept my codes any more since I changed my phone.",
    "Please delete my account",
    "二段階認証のコードが届きません",
    "It worked until last week, now my code is refused.",
    "Hello, I tried to sort this out myself but I can't. My old phone is gone and I have no codes.",
    "Hi team! I thought I had solved it, but now the site asks for a code again.",
    "I got in touch with your support before and nobody could help. My account is jdoe.",
    "Good evening. I recently started a new job at an SEO agency and lost the phone with my second factor.",
    "Our company offers a Python SDK; the maintainer left and we need access to the account example-sdk.",
    "I would like to close my account but cannot log in.",
    "We are a small team that provides services around open data. Nobody can log in to the shared account any more.",
    "I made a new account instead, but I need the old one, because it owns the project.",
    "Please cancel the two factor authentication for me.",
    "The account was created for a workshop; the password is lost.",
    "I am the owner of the domain now, the email of the account is gone.",
    "It is me, Jo. Everything was fine until the update of the authenticator.",
    "I no longer need the old e-mail address; please change it to the new one.",
    "My project reached 1 million downloads and now I am locked out.",
    "I followed the link in the mail and it worked, but then the page wanted a code which I do not have.",
    "Thank you for your work on PyPI! I can't get in with my security key.",
    "I want to upload a release today. Account locked by 2FA, codes lost in a fire.",
    "I have installed a new phone and forgot to move the authenticator. How do I get back in?",
    "The documentation says to write here if recovery codes are lost.",
    "How can I upload my package when the login asks for a 2FA code I don't have?",
    "I want to delete my package but lost my password.",
    "There was a phishing mail and I entered my password; now someone changed my email address.",
    "I can't find the invoice mail any more that had my username in it.",
    "Is my account still there? I have not used it for ten years.",
    "I'd like to use the job laptop's key to log in again, what should I do?",
    "malware destroyed my laptop with all my passwords and the authenticator",
    "My user name was banned in our new company policy, so the mail address was removed and I can't log in.",
    "our total size of the team has shrunk, and the guy with the login is gone",
    "I lost access. The project has the file size limit raised already, so please do not create a new account.",
    "Ich habe ein neues Handy und die App ist weg. Was muss ich tun?",
    "Guten Tag, ich wollte fragen, ob Sie mir helfen können: mein zweiter Faktor funktioniert nicht mehr.",
    "Bonjour, j'ai résolu le captcha mais le code 2FA n'est pas accepté.",
    "Bonjour, je n'ai plus besoin de l'ancienne adresse, merci de la remplacer.",
    "Hola, ya resolví lo de la contraseña pero sigo sin poder entrar por el 2FA.",
    "Olá, consegui redefinir a senha, mas o código do autenticador foi perdido.",
    "Salve, ho cambiato telefono e non ho più i codici.",
    "Я создал новый аккаунт, но проект принадлежит старому. Верните доступ к старому.",
    "我创建了新的账号，但是想找回旧的账号。",
    "新しい携帯にしたら認証アプリが使えません。",
    "새 휴대폰으로 바꾼 후 로그인이 안 됩니다.",
    "Someone solved my problem last time, but now I need the same again: reset of 2FA please.",
    "If it is not possible, never mind, but I would love to have my account back.",
    "Never mind the typo in the subject. I forgot my password and the mail is dead.",
    "no need to hurry, but I can't log in since my YubiKey broke",
    "You can close the other ticket, this one is about my account jdoe2, phone lost.",
    "We offer our apologies for the trouble; our former employee left with the 2FA device.",
    "I am a student, my professor gave up the account; can I have it?",
    "Interested in getting my account back. We have a partnership with the university.",
]

# Answers to the form, read without what was asked.
ANSWERS = [
    "Yes, I agree to the code of conduct. I never had any codes.",
    "1. jdoe 2. phone lost 3. yes 4. yes 5. yes",
    "The username is jdoe and I lost the authenticator.",
    "I don't have any recovery codes, and I agree with the rest.",
    "My codes: lost",
    "Lost",
    "Recovery codes: gone. And the phone? Lost.",
    "My new address is jo@example.org, the old one does not exist any more.",
    "I do not agree with waiting that long.",
    "I understand that it can take a long time.",
    "I have waited for the confirmation mail but it never came. The address is jo@example.org.",
    "The problem is that my phone is broken, the app was not backed up.",
    "Username: jdoe. When I changed my phone I forgot to transfer the app.",
    "No, I did not get the codes when I registered.",
    "the account is for the company, my colleague left",
    "I know it is going to take weeks and that's okay with me",
    "The codes are in my old flat, I can get them in two weeks.",
    "I can't prove it, but the project page names me as the author.",
    "I uploaded the first release in March 2019 from my university's network.",
    "It worked with the old phone, but this one is new.",
    "I still have access to the mail, only the second factor is gone.",
    "as said: no codes, CoC yes, waiting yes",
    "I would like to keep the same username",
    "Ja, ich stimme dem Verhaltenskodex zu und weiß, dass es dauern kann.",
    "Nein, Codes habe ich keine mehr.",
    "Oui, j'accepte le code de conduite et je comprends que cela peut prendre du temps.",
    "Je n'ai jamais eu de codes.",
    "Sí, acepto el código de conducta y entiendo que puede tardar.",
    "No tengo códigos.",
    "Sim, concordo e entendo que pode demorar.",
    "Sì, accetto e capisco che può richiedere tempo.",
    "Да, согласен с правилами и понимаю, что это займёт время.",
    "Кодов у меня никогда не было.",
    "同意行为准则，理解需要较长时间。没有恢复代码。",
    "行動規範に同意します。時間がかかることも理解しています。",
    "행동 강령에 동의하며 시간이 오래 걸릴 수 있음을 이해합니다.",
]


# What is solved, found or not needed is not the account: taken for a withdrawal, they would close the case.
NOT_THE_ACCOUNT = [
    "The old address is not needed any more, please remove it.",
    "I do not need the old phone number any more.",
    "I found my recovery codes. What should I do with them?",
    "I found one recovery code, is it enough?",
    "Please delete the old e-mail address.",
    "Please close my old account and give me access to the new one.",
    "Please cancel the old address.",
    "I am able to read the mailbox again, so you can send the link there.",
    "My mail works again.",
    "I have access to my e-mail again.",
    "I have fixed the typo in my last mail.",
    "The captcha problem is solved but the login is not.",
    "Problem with the mailbox solved, now only the second factor is missing.",
    "I was able to find the date of my first upload.",
    "I managed to find the invoice from my old company.",
    "I withdraw my agreement to the old rules.",
    "Everything else is fine.",
    "My account at GitHub is fine.",
    "I was able to log in to GitHub to push the code.",
    "I got back to my desk today and can answer now.",
    "You can close the door, I think.",
    "You can ignore the second question.",
    "Ignore the phone number in the last mail.",
    "Die alte Adresse wird nicht mehr benötigt.",
    "Bitte die alte Adresse löschen.",
    "Bitte mein altes Konto schließen.",
    "Ich habe die Codes gefunden.",
    "Ich habe das Problem mit dem Postfach gelöst, aber nicht das mit dem zweiten Faktor.",
    "Das ist in Ordnung.",
    "Ich konnte mein Postfach wiederherstellen.",
    "L'ancienne adresse n'est plus utile.",
    "J'ai retrouvé un code de récupération.",
    "Merci de supprimer l'ancienne adresse.",
    "Vous pouvez fermer l'ancien compte.",
    "El correo antiguo ya no hace falta.",
    "He encontrado un código de recuperación.",
    "Pueden cerrar la cuenta antigua.",
    "Está bien.",
    "O e-mail antigo não é mais necessário.",
    "Encontrei um código de recuperação.",
    "Podem apagar o endereço antigo.",
    "Il vecchio indirizzo non serve più.",
    "Ho trovato un codice di recupero.",
    "Старый адрес больше не нужен.",
    "Я нашёл код восстановления.",
    "Старая почта уже не нужна, удалите её.",
    "旧邮箱不用了。",
    "我找到了恢复代码。",
    "请删除旧的邮箱地址。",
    "古いアドレスはもう必要ありません。",
    "リカバリーコードが見つかりました。",
    "古いアカウントを閉じてください。",
    "이전 메일 주소는 더 이상 필요 없습니다.",
    "복구 코드를 찾았습니다.",
    "예전 주소를 삭제해 주세요.",
]


# Every way to speak of an end that is none, and some that are one.
GOES_ON = [
    "Should I close my request?",
    "My colleague closed his request.",
    "I forgot to close my request from last year.",
    "If it is solved I will tell you.",
    "It would be great if this was solved.",
    "Can you close my request if I don't answer?",
    "I hope it is solved soon.",
    "Nothing is solved.",
    "I would like to know how to close my request.",
    "How do I close my request?",
    "Is my request closed?",
    "Was it closed?",
    "Why did you close my request?",
    "Who closed my request?",
    "You closed my request.",
    "You closed my request without asking me.",
    "I want to close my account, but not the request.",
    "Please close my old account, not this request.",
    "I thought it was solved.",
    "I thought it was solved, but it is not.",
    "Yesterday it was solved, today not.",
    "It seemed to be solved.",
    "It is almost solved.",
    "It is half solved.",
    "It isn't solved.",
    "It is not yet solved.",
    "Solve it please.",
    "Please solve my problem.",
    "Has it been solved?",
    "When will it be solved?",
    "Tell me when it is solved.",
    "I will close it when I am in.",
    "Please don't close it before Friday.",
    "Close it only if I don't answer by Friday.",
    "I cannot say that it is solved.",
    "My colleague's problem is solved, mine is not.",
    "The first problem is solved, the second is not.",
    "The password is fine, the second factor is not.",
    "I can log in on the phone but not on the laptop.",
    "I got in once and was thrown out again.",
    "I could log in yesterday.",
    "I was able to log in before the update.",
    "I am able to log in only to the test site.",
    "Until it is solved I cannot release.",
    "Once this is solved I will donate.",
    "Do you consider it solved?",
    "Your page says it is solved.",
    "Somebody told you it is solved.",
    "They say that it is solved.",
    "Never mind the typo, please go on.",
    "Never mind the weather, how is my request?",
    "Forget my last mail, I still need help.",
    "Please ignore my last mail and go on.",
    "I no longer have the phone.",
    "I don't need the phone any more.",
    "I no longer need the old address.",
    "I don't need a new address.",
    "No need to hurry.",
    "No need to change the address.",
    "You need not answer today.",
    "Cancel my second request, not this one.",
    "I do not want to cancel.",
    "I would have to cancel my talk.",
    "My talk was cancelled.",
    "Drop me a line when you know more.",
    "I give up on the codes.",
    "I gave up looking for the codes.",
    "I have found a new job.",
    "I have found the phone, it is broken.",
    "I found it very hard to wait.",
    "All good things take time.",
    "Fine, I wait.",
    "It works like that at your place?",
    "It works on my machine.",
    "The link works, but asks for a code.",
    "The reset mail came, but the link is dead.",
    "Thanks, but it did not help.",
    "Thanks for nothing.",
    "I tried it, no luck.",
    "I tried it and it worked for a minute.",
]
ENDS = [
    "It is solved, thanks.",
    "Please close my request.",
    "I got in by myself, you can close it.",
    "Never mind, I found my codes and I am in.",
    "Problem solved.",
    "I no longer need your help.",
    "You can cancel my request.",
    "Everything works again, I found the old phone.",
    "I withdraw my request.",
    "No longer needed, thank you.",
    "I'm back in, thanks anyway.",
    "Forget it, I made a new account.",
    "Please drop my case.",
]


@pytest.mark.parametrize("text", GOES_ON)
@pytest.mark.parametrize("in_case", [True, False])
def test_who_only_speaks_of_an_end_takes_nothing_back(text, in_case):
    assert wish(text, in_case=in_case).intent is not Intent.WITHDRAWAL


@pytest.mark.parametrize("text", ENDS)
def test_who_ends_it_takes_it_back(text):
    assert wish(text).intent is Intent.WITHDRAWAL


@pytest.mark.parametrize("text", STATUS)
def test_a_question_how_far_it_is_is_heard_in_a_case(text):
    assert wish(text).intent is Intent.STATUS


@pytest.mark.parametrize("text", WITHDRAWAL)
def test_what_is_solved_or_not_wanted_any_more_is_a_withdrawal(text):
    assert wish(text).intent is Intent.WITHDRAWAL


@pytest.mark.parametrize("text", CONFIRMATION)
def test_thanks_or_that_it_worked_is_a_confirmation(text):
    assert wish(text).intent is Intent.CONFIRMATION


@pytest.mark.parametrize("text", YES)
def test_a_yes_is_told_from_thanks(text):
    assert wish(text).intent is Intent.YES


@pytest.mark.parametrize("text", GO_ON)
def test_a_wish_that_the_desk_goes_on_is_told_from_a_yes(text):
    assert wish(text).intent is Intent.GO_ON


@pytest.mark.parametrize(
    "text",
    [
        "Please don't close it!",
        "Thanks, but please keep my request open.",
        "Bitte nicht schließen, ich war im Krankenhaus.",
        "Non chiudete la richiesta, per favore.",
        "请不要取消我的申请",
        "취소하지 말아 주세요.",
        "I have a second ticket, please cancel that one and keep this one going.",
        "Yesterday I wrote that you may close it. I was wrong, please reopen.",
    ],
)
def test_who_wants_a_request_kept_open_takes_nothing_back_and_does_not_merely_thank(text):
    assert wish(text).intent is Intent.RECOVERY
    assert wish(text, in_case=False).intent is not Intent.WITHDRAWAL


@pytest.mark.parametrize(
    "text",
    [
        "It is my colleague who got back in. I did not.",
        "It is solved. No, sorry: it threw me out.",
        "You were told that I no longer need it. That wasn't me!",
    ],
)
def test_what_follows_may_take_back_that_it_is_solved(text):
    assert wish(text).intent is Intent.NONE


def test_trouble_that_is_denied_takes_nothing_back():
    text = "I would like to withdraw the recovery request, I won't need the old one any more."
    assert wish(text).intent is Intent.WITHDRAWAL


@pytest.mark.parametrize("plea", ["Por favor no cancelen mi solicitud", "please do not withdraw my request"])
def test_a_plea_is_denied_as_what_it_ends_with_is(plea):
    assert wish(plea).intent is not Intent.WITHDRAWAL


def test_who_takes_a_first_mail_back_may_name_the_account():
    text = "I wrote an hour ago. Please ignore it, I've managed to log in."
    named = wish(text, in_case=False, said=reading(username="jdoe"), form=RECOVERY_FORM)
    assert named.intent is Intent.WITHDRAWAL
    begs = wish(text, in_case=False, said=reading(reason="lost_2fa"), form=RECOVERY_FORM)
    assert begs.intent is not Intent.WITHDRAWAL


@pytest.mark.parametrize("text", PROOF)
def test_a_proof_in_place_is_heard_in_a_case(text):
    assert wish(text).intent is Intent.PROOF


@pytest.mark.parametrize("text", RECOVERY)
def test_an_account_wanted_back_is_a_recovery(text):
    assert wish(text, in_case=False).intent is Intent.RECOVERY


@pytest.mark.parametrize("text", FIRST_MAILS)
def test_a_request_with_words_of_other_wishes_stays_a_request(text):
    assert wish(text, in_case=False).intent in {Intent.NONE, Intent.RECOVERY}


@pytest.mark.parametrize("text", ANSWERS)
def test_answers_to_the_form_are_no_wish_of_their_own(text):
    assert wish(text).intent in {Intent.NONE, Intent.RECOVERY}


@pytest.mark.parametrize("text", BULK)
def test_sales_are_bulk(text):
    assert wish(text, in_case=False).intent is Intent.BULK


@pytest.mark.parametrize(("text", "topic"), OFF_TOPIC)
def test_the_matter_of_another_desk_is_named(text, topic):
    heard = wish(text, in_case=False)
    assert (heard.intent, heard.topic) == (Intent.OFF_TOPIC, topic)


@pytest.mark.parametrize("in_case", [True, False])
@pytest.mark.parametrize("text", NOTHING)
def test_what_is_not_clear_is_nothing(text, in_case):
    assert wish(text, in_case=in_case).intent in {Intent.NONE, Intent.RECOVERY}


@pytest.mark.parametrize("in_case", [True, False])
@pytest.mark.parametrize("text", NOT_THE_ACCOUNT)
def test_something_else_that_is_solved_or_not_needed_takes_nothing_back(text, in_case):
    assert wish(text, in_case=in_case).intent in {Intent.NONE, Intent.RECOVERY}


def test_a_fresh_subject_counts_and_that_of_an_answer_does_not():
    assert wish("Found the key.", subject="Never mind").intent is Intent.WITHDRAWAL
    assert wish("Thank you.", subject="any news?").intent is Intent.STATUS
    for subject in ["Re: any news?", "AW: any news?", "RE[2]: any news?", "回复：any news?", "[EXT] Re: any news?", "Fwd (2): any news?", "[Account recovery 7H2K-9QXM] any news?"]:  # fmt: skip
        assert wish("see below", subject=subject).intent is Intent.NONE


def test_only_fresh_lines_count():
    lines = [Line("Any news?", mark, 1) for mark in Mark if mark is not Mark.FRESH]
    assert read_wish(lines, "", Reading(), REDIRECTS, WORDS, in_case=True) == Wish(Intent.NONE)


def test_a_wish_shows_the_words_that_told_it_as_they_were_written():
    assert wish("Hello,\ndid ANYBODY  see my mail?").words == "did ANYBODY  see"
    assert wish("Alors, où EN êtes-vous ?").words == "où EN êtes"
    assert wish("The link of our project's LIMIT is dead", in_case=False).words == "project's LIMIT"
    assert wish("½ ½. Any NEWS?").words == "any news"  # "½" is two words, once folded


def test_status_questions_need_a_case_or_a_request_they_are_about():
    assert wish("Any news?", in_case=False).intent is Intent.NONE
    assert wish("What is the status of my request?", in_case=False).intent is Intent.STATUS
    assert wish("What is the status of my request? I lost my phone.", in_case=False).intent is Intent.RECOVERY


def test_a_mail_that_states_answers_of_the_form_is_a_request():
    agreed = reading(conduct=True, username="jdoe")
    assert wish("malware ate my phone", in_case=False, said=agreed).intent is Intent.RECOVERY
    assert wish("please close my request", said=agreed).intent is Intent.NONE
    assert wish("It worked, thanks", said=agreed).intent is Intent.NONE
    assert (
        wish("We offer guest posts.", in_case=False, said=reading(a="1", b="2", c="3")).intent
        is Intent.RECOVERY
    )
    assert wish("Any news?", said=agreed).intent is Intent.STATUS


def test_answers_that_stand_in_quoted_lines_are_not_the_mails_own():
    quoted = [Line("solved, thx", Mark.FRESH, 1), Line("[x] I agree", Mark.QUOTED, 7)]
    said = Reading({"conduct": Answer("conduct", True, "[x] I agree", 7, 0, 3, "rule", 1.0)})
    assert read_wish(quoted, "", said, REDIRECTS, WORDS, in_case=True).intent is Intent.WITHDRAWAL


def test_never_mind_before_an_answer_is_a_correction():
    assert wish("Never mind, the name is jdoe2.", said=reading(username="jdoe2")).intent is Intent.NONE
    assert wish("Never mind, I got in.", said=reading(username="jdoe2")).intent is Intent.WITHDRAWAL


def test_without_a_case_nothing_is_taken_back_that_might_be_asked_for():
    assert wish("I got in, thanks.", in_case=False).intent is Intent.WITHDRAWAL
    assert wish("I got in, thanks.", in_case=False, said=reading(username="jdoe")).intent is Intent.NONE
    assert wish("I got in. I forgot my password.", in_case=False).intent is Intent.RECOVERY
    assert wish("I got in. " + "word " * 40, in_case=False).intent is Intent.NONE


@pytest.mark.parametrize(
    "text",
    [
        "I got back in, but I cannot change the address.",
        "I got in. However, nothing works.",
        "Solved! Still unable to upload, though.",
        "It worked, but it is not my account.",
        "The tag is set, but I am not sure.",
        "Please close it. But not yet.",
        "Go ahead, but not with the old address.",
    ],
)
def test_what_follows_may_take_it_back(text):
    assert wish(text).intent in {Intent.NONE, Intent.RECOVERY}


@pytest.mark.parametrize(
    "text",
    [
        "I got in, but thanks anyway, no harm done.",
        "But wait: I got in.",
        "I got in. Nice weather. But not too warm.",
    ],
)
def test_a_but_elsewhere_changes_nothing(text):
    assert wish(text).intent is Intent.WITHDRAWAL


def test_a_proof_is_told_by_a_link_and_nothing_else_too():
    url, names = "https://git.example.org/jo/x", ("x",)
    assert wish(url, said=reading(proof_url=url)) == Wish(Intent.PROOF, "the proof_url")
    assert wish(url, said=reading(proof_url=url, projects=names)).intent is Intent.PROOF
    assert wish(url, said=reading(proof_url=url, username="jdoe")).intent is Intent.NONE
    assert wish(url, said=reading(proof_url=url), in_case=False).intent is Intent.NONE
    assert wish("The tag is set.", in_case=False).intent is Intent.NONE


def test_yes_and_thanks_count_only_where_there_is_no_more():
    assert wish("Yes, jdoe it is, as you can see in the project").intent is Intent.NONE
    assert wish("Thank you. " + "And so on. " * 10).intent is Intent.NONE
    assert wish("Yes", said=reading(username="jdoe")).intent is Intent.NONE
    assert wish("Thanks? What is this?").intent is Intent.NONE
    assert wish("Thanks", in_case=False).intent is Intent.NONE
    assert wish("Go ahead. And jdoe is the name.", said=reading(username="jdoe")).intent is Intent.GO_ON
    assert wish("One. Two. Three. Go ahead.", said=reading(username="jdoe")).intent is Intent.NONE


def test_a_not_among_the_words_of_a_statement_denies_it():
    assert wish("Ich konnte mich nicht wieder anmelden.").intent in {Intent.NONE, Intent.RECOVERY}


@pytest.mark.parametrize("text", ["The quota is small. There is a printer.", "quotas of time, quotas of paper, a quota of toner; no printer", "the quota, as our team said here last week, is small of the printer"])  # fmt: skip
def test_words_of_a_topic_far_apart_are_no_topic(text):
    printing = (Redirect("printing", ("printer quota",), "", ""),)
    lines = [Line(text, Mark.FRESH, 1)]
    assert read_wish(lines, "", Reading(), printing, WORDS, in_case=False).intent is Intent.NONE


def test_one_phrase_of_sales_is_no_sale_where_another_matter_fits():
    assert wish("The package backlinks-tool is malware", in_case=False).intent is Intent.OFF_TOPIC
    assert wish("your website, your website and your website", in_case=False).intent is Intent.NONE
    assert wish("I wrote the SEO service and the account is mine", in_case=False).intent is Intent.NONE


def test_a_wish_may_stand_in_the_subject_alone():
    assert wish("", subject="Please go ahead").intent is Intent.GO_ON
    assert wish("", subject="any news?").intent is Intent.STATUS


def test_a_case_is_not_led_off_topic_by_a_word():
    assert wish("It was phishing.").intent is Intent.NONE
    assert wish("phishing mail, malicious package, malware").intent is Intent.OFF_TOPIC
    assert wish("How do I install it?").intent is Intent.NONE


def test_a_word_of_a_topic_in_a_request_is_no_topic():
    assert wish("There was phishing and my login is known", in_case=False).intent is Intent.NONE
    assert wish("x", subject="Phishing and my login", in_case=False).intent is Intent.NONE
    assert (
        wish("Look at x", subject="Phishing in your name", in_case=False).topic
        == "malware or security reports"
    )
    assert wish("I was banned. Please restore my account", in_case=False).intent is Intent.RECOVERY


def test_where_no_redirect_is_for_the_rest_the_rest_is_nothing():
    lines = [Line("How do I install it?", Mark.FRESH, 1)]
    assert read_wish(lines, "", Reading(), REDIRECTS[:1], WORDS, in_case=False).intent is Intent.NONE
    assert read_wish(lines, "", Reading(), (), WORDS, in_case=False).intent is Intent.NONE
    empty = Redirect("odd", ("", "..."), "", "")
    assert read_wish(lines, "", Reading(), (empty,), WORDS, in_case=False).intent is Intent.NONE


def test_the_topic_that_fits_best_is_taken():
    text = "The upload limit is reached because of malware: please increase the limit of the project."
    assert wish(text, in_case=False).topic == "size limits"


def test_without_words_nothing_is_heard():
    lines = [Line("Are there any news?", Mark.FRESH, 1)]
    assert read_wish(lines, "", Reading(), (), IntentWords(), in_case=True) == Wish(Intent.NONE)


# What is told of mails to a case, and what speaks of a loss: as much as a language has that few people write.
IN_A_CASE = {
    "status", "solved", "solved_alone", "enough", "worked", "yes", "thanks", "recovery", "loss", "account", "trouble", "but", "not", "if",
}  # fmt: skip

# What stands around a wish: not every language needs a word for each, and the lists of the answers have some.
FRAMES = {
    "thought",
    "our_words",
    "unreal",
    "for_another",
    "for_whom",
    "anothers",
    "anothers_mail",
    "nearly",
    "half",
    "polite_if",
}


def test_every_language_has_every_list_that_matters():
    whole = {"en", "de", "fr", "es", "pt", "it", "ru", "zh", "ja", "ko"}
    assert LANGUAGES.keys() >= whole
    for code, language in LANGUAGES.items():
        if language.keys() == {"secrets"}:
            continue  # what people call their secrets in it, and nothing else
        if language["intent"].keys() == {"unattended", "away"}:
            continue  # what machines write in it, and nothing of people
        signs = set(SIGNS) - {"forget_it", *FRAMES} if code in whole else IN_A_CASE
        assert language["intent"].keys() >= signs, code
        assert language["secrets"].keys() >= {
            "password",
            "typed",
            "codes",
            "is",
            "no_password",
            "no_secret",
        }, code


def test_a_list_that_nothing_reads_is_an_error():
    with pytest.raises(ValueError, match="xx: \\[intent\\] has no list 'moods'"):
        compile_intent_words([("xx", {"intent": {"moods": ["angry"]}})])


def test_a_name_of_a_secret_that_no_word_begins_with_is_an_error():
    with pytest.raises(
        ValueError, match="\\[secrets\\] token: '-key' begins with neither a letter nor a digit"
    ):
        compile_intent_words([("xx", {"secrets": {"token": ["-key"]}})])


@pytest.mark.parametrize("in_case", [True, False])
def test_who_asks_beside_the_words_of_a_mailbox_that_nobody_reads_is_a_person(in_case):
    words = "This mailbox is not monitored."
    assert wish(words, in_case=in_case).intent is Intent.UNATTENDED
    asks = f"Your page says: {words} Where else should I write then?"
    assert wish(asks, in_case=in_case).intent is not Intent.UNATTENDED
    assert wish(f"{words} Is that so?", in_case=in_case).intent is not Intent.UNATTENDED


@given(st.text(max_size=400), st.text(max_size=60), st.booleans())
def test_no_text_makes_it_raise(text, subject, in_case):
    assert wish(text, subject=subject, in_case=in_case).intent in Intent


WORD = st.sampled_from(["has", "anybody", "looked", "at", "it", "any", "news", "?", ".", ",", "but", "not", "if", "solved", "please", "close", "yes", "the", "branch", "is", "there", "thanks", "解决", "了", "吗", "ログイン", "3", "weeks", "~", "#", "*", "size", "limit"])  # fmt: skip


@given(st.lists(WORD, max_size=40).map(" ".join), st.booleans())
def test_no_jumble_of_its_words_makes_it_raise(text, in_case):
    heard = wish(text, in_case=in_case)
    assert len(heard.words) <= len(text)
