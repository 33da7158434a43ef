"""Particles after Hangul, Latin words, acronyms, numbers, units and closing marks."""

from __future__ import annotations

import unicodedata

import pytest

from corpus_to_ft.analyzers.josa import with_josa

TABLE = """
데이터는 시스템은 서울은 사람은 학교는 값은 닭은 회의는 우아한형제들은 갤럭시는 커널은 쿠버네티스는 API는
SQL은 URL은 HTML은 LLM은 CPU는 GPU는 AI는 IT는 RAM은 JVM은 JSON은 XML은
CSS는 AWS는 GCP는 SDK는 HTTP는 HTTPS는 PDF는 DNS는 DB는 UI는 OS는 iOS는
macOS는 REST는 CI는 CD는 ETL은 YAML은 ERP는 CRM은 DDD는 TDD는 MSA는 RPC는
gRPC는 KPI는 CDN은 VPN은 LLMs는 RAG는 BERT는 GAN은 LSTM은 CNN은 ORM은 MVC는
MVP는 QR은 HR은 PR은 VR은 DLL은 npm은 MySQL은 PostgreSQL은 GraphQL은
NoSQL은 ChatGPT는 OpenAI는 RabbitMQ는 DynamoDB는 MongoDB는 Node.js는
TypeScript는 Kafka는 Redis는 Docker는 Kubernetes는 Python은 Java는
Kotlin은 Spring은 Boot는 Linux는 Ubuntu는 Google은 Apple은 Oracle은
Azure는 Chrome은 Firebase는 Cache는 Space는 Table은 Module은 Engine은
Machine은 Pipeline은 Time은 Frame은 Type은 Pipe는 Site는 Code는 Mode는
Template은 Page는 Storage는 Image는 Score는 Store는 Software는
Feature는 Queue는 Issue는 Lake는 Snowflake는 Excel은 Model은 Shell은
Kernel은 Server는 Order는 Design은 Column은 Web은 Job은 GitHub는 Lab은
Tab은 Club은 Music은 Elastic은 Logic은 Topic은 Sync는 Cloud는 Android는
Grid는 Thread는 Field는 Build는 Blog는 Log는 Tag는 Bug는 Config는 Bash는
Hash는 Search는 PyTorch는 Elasticsearch는 Auth는 Graph는 Slack은
Stack은 Block은 Click은 Feedback은 Book은 Facebook은 Webhook은
Outlook은 Network는 Framework는 Spark는 Bank는 Task는 Flask는
KakaoTalk은 Week는 App은 Map은 Step은 Shop은 Group은 Hadoop은 Sleep은
Bootstrap은 Timestamp는 Help는 Git은 Bot은 Internet은 Ticket은 Target은
Commit은 Unit은 Limit은 Reddit은 Format은 Layout은 Timeout은 Input은
Output은 Default는 Client는 Agent는 Test는 Rust는 Chart는 React는
Project는 Swift는 JavaScript는 Text는 Light는 Root는 Bit는 Flow는
TensorFlow는 View는 Nginx는 Airflow는 Jenkins는 Terraform은
Prometheus는 Grafana는 Hive는 Vue는 Angular는 Svelte는 Notion은 Figma는
Jira는 Confluence는 Scala는 Ruby는 Café는 Netflix는 Amazon은 Naver는
Kakao는 Line은 Toss는 Coupang은 Samsung은 Apache는 3은 2는 10은 1은 0은 4는
5는 6은 7은 8은 9는 100은 2024는 2026은 1,000은 10,000은 3.0은 3.5는 1.21은
1000000000000는 S3는 EC2는 IPv6는 IPv4는 GPT-4는 S25는 MP3는 H2는 K8s는
C++는 5%는 25℃는 5,000mAh는 10GB는 5kg은 3km는 100ms는 “카프카”는 '서울'은
「기록」은 (데이터)는 쿠버네티스(Kubernetes)는 애플(Apple)은 [공지]는 **서버**는 커피☕는
좋다!는
"""


@pytest.mark.parametrize("expected", TABLE.split())
def test_topic_particle_fits_the_sound_of_the_word(expected: str) -> None:
    assert with_josa(expected[:-1], "은/는") == expected


@pytest.mark.parametrize(
    ("word", "pair", "expected"),
    [
        ("서울", "으로/로", "서울로"), ("부산", "으로/로", "부산으로"), ("제주", "으로/로", "제주로"),
        ("SQL", "으로/로", "SQL로"), ("JSON", "으로/로", "JSON으로"), ("Java 17", "으로/로", "Java 17로"),
        ("3", "으로/로", "3으로"), ("Google", "으로/로", "Google로"), ("메일", "을/를", "메일을"),
        ("Kafka", "이/가", "Kafka가"), ("형", "과/와", "형과"), ("누나", "과/와", "누나와"),
        ("DevOps", "이란/란", "DevOps란"), ("컨테이너", "이라/라", "컨테이너라"), ("영숙", "아/야", "영숙아"),
        ("철수", "아/야", "철수야"), ("Spring Boot", "을/를", "Spring Boot를"), ("학교", "는/은", "학교는"),
        ("경험", "이에요/예요", "경험이에요"), ("大韓", "은/는", "大韓은(는)"), ("", "을/를", "을(를)"),
        ("🎉", "이/가", "🎉이(가)"),
    ],
)  # fmt: skip
def test_every_pair_of_particles(word: str, pair: str, expected: str) -> None:
    assert with_josa(word, pair) == expected


def test_decomposed_hangul_is_read_like_composed_hangul() -> None:
    word = unicodedata.normalize("NFD", "시스템")
    assert with_josa(word, "은/는") == word + "은"


def test_an_unknown_pair_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="은/는"):
        with_josa("말", "께서/께")
