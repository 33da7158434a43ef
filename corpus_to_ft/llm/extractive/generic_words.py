"""Words that say little about what a text is about: the background that stands in for document frequencies.

Keywords must not depend on the user's other documents (one more file may not change another's keywords), so
what is ordinary in articles is written down here. `EMPTY` words are never a keyword by themselves nor
at the border of one; `ORDINARY` ones may be part of a keyword ("테스트 코드") and count little alone.
"""

from __future__ import annotations

_EMPTY_KOREAN = """
것 수 때 등 및 거 게 걸 건 데 바 뿐 줄 점 중 간 외 내 후 전 앞 뒤 위 옆 밑 안 밖 속 겉 곳 쪽 편 채 척 듯 만큼
대로 경우 부분 문제 방법 정도 관련 대해 이번 이후 이전 이상 이하 이내 이외 다음 아래 처음 마지막 나중 동안 당시
최근 현재 지금 오늘 어제 내일 요즘 매일 매번 항상 자주 가끔 모두 모든 전부 대부분 일부 약간 조금 각각 각자 서로
자기 자신 본인 우리 저희 나 너 저 그 이 그것 이것 저것 여기 거기 저기 어디 무엇 누구 언제 무슨 어떤 이런 그런
저런 하나 둘 셋 넷 첫째 둘째 셋째 번째 가지 종류 여러 다양 사람 분 명 개 번 회 년 월 일 시 초 주 달 해 올해
작년 내년 시간 시작 끝 사용 이용 활용 적용 진행 수행 처리 확인 필요 가능 불가능 존재 발생 포함 제외 제공 지원
추가 삭제 변경 생각 느낌 이야기 말 말씀 글 문장 내용 설명 소개 정리 참고 예 예시 예제 보기 그림 표 사진 결과
이유 원인 목적 목표 의미 상황 상태 과정 단계 방식 형태 모습 역할 기준 사실 차이 비교 장점 단점 특징 특성
중요 주요 기본 일반 전체 자체 실제 직접 간단 복잡 사이 가운데 중간 나머지 차례 순서 마찬가지 덕분 때문 따름
나름 만약 혹시 물론 아마 정말 진짜 그냥 다시 다른 같은 새 옛 더 덜 좀 잘 못 많이 거의 바로 먼저 함께 따로 안녕
감사 부탁 질문 답변 댓글 포스팅 포스트 블로그 게시글 링크 출처 본문 머리말 맺음말 서론 본론 결론 요약 개요 목차
부록 후기 여러분 독자 이해 고려 결정 선택 제한 제시 언급 도움 노력 관심 기대 경험 시도 준비 완료 성공 실패 해결
대응 주의 권장 추천 가정 표현 표시 호출 입력 출력 생성 작성 수정 설정 구성 구현 개발 작업 실행 동작 작동
반환 전달 요청 응답 접근 이동 연결 분리 비롯 기반 대상 범위 수준 최대 최소 최고 최종 최초 증가 감소 향상 개선
유지 보장 영향 효과 효율 성격 측면 관점 입장 의견 주장 근거 판단 계획 기간 날짜 장소 위치 방향 크기 길이
높이 개수 횟수 숫자 숫자값 값 이름 제목 번호 순간 하루 오전 오후 아침 저녁 밤 주말 이때 그때 그동안 그다음
이로써 하지만 그리고 그러나 따라서 즉 또는 혹은 특히 예를 일반적 기본적 실질적 대표적 구체적 개인적 최대한
가급적 무엇보다 나아가 당연 명확 적절 적합 유용 편리 쉬움 어려움 부족 충분 완전 완벽 단순 특정 해당 구분
요소 대신 스스로 별도 기존 신규 반대 반면 오히려 그만큼 이만큼 얼마 얼마나 어느 어디서 어떻게 왜 동일
비정상 발견 만족 사례 마음 정말로 동시 행동 불편 모르 사항 케이스 적극
님 씨 들 그녀 그들 당신 자네 여자 남자 아이 친구 회사 팀 담당 담당자 개발자 직원 동료 대표 이사 안녕하세요
감사합니다 입니다 합니다 있습니다
"""
_ORDINARY_KOREAN = """
그룹 보호 구축 조건 정의 선정 도입 개인 실수 형식 통과 관계 구조 일정 정상
서비스 시스템 데이터 정보 코드 소스 프로그램 프로젝트 기능 기술 도구 환경 버전 파일 폴더 문서 페이지 화면 버튼
사이트 사용자 유저 고객 관리자 함수 변수 객체 클래스 메서드 메소드 인자 인수 파라미터 매개변수 속성 타입 문자열
배열 리스트 목록 키 옵션 이벤트 메시지 에러 오류 예외 로그 테스트 라이브러리 프레임워크 패키지 모듈 컴포넌트
플랫폼 솔루션 인터페이스 규칙 패턴 모델 로직 알고리즘 연산 계산 조회 저장 로드 등록 수집 분석 관리 운영 배포
빌드 설치 업데이트 업그레이드 다운로드 업로드 공유 공개 제작 설계 평가 검토 검증 측정 조사 연구 학습 교육 공부
세션 발표 행사 업무 조직 기업 업체 사업 산업 시장 비용 가격 품질 성능 속도 메모리 용량 자원 리소스 서버
클라이언트 브라우저 인터넷 웹 앱 모바일 네트워크 컴퓨터 요소 노드 수식 식 공식 변환 매핑 커스텀 디폴트 샘플
템플릿 콘텐츠 컨텐츠 이미지 동영상 영상 텍스트 글자 단어 언어 한국 한국어 영어 국내 해외 세계 미국 중국 일본
서울 법 제도 정책 계약 규정 절차 활동 참여 협력 협업 소통 문화 사회 경제 정부 국가 인간 생활 건강 음식 제품
상품 물건 재료
"""
_EMPTY_ENGLISH = """
a an the is am s t re ve ll this that these those it its he she they them we us our you your i me my his her
their who whom whose which what when where why how and or but nor so yet if then else than as at by for from in
into of off on onto out over per to under up upon via with within without about above after again against all
almost also although always among any are aren be because been before being below between both can cannot could
did do does doing done don down during each either enough etc even ever every few first further get gets
getting give given go goes going got had has have having here however just keep kept last later least less let
lets like likely made make makes making many may maybe might more most much must never new next no none not
nothing now often old once one only other others ours ourselves own perhaps please put quite rather really same
see seen set several shall should since some something soon still such take taken takes there therefore thing
things think through thus together too toward two three four five six seven eight nine ten unless until use
used user users uses using usually very want wants was way ways well were whether while will won work works
working would yes good better best bad great big small large long short high low right left top bottom end
start begin www http https com net org io html htm php jpg jpeg png gif svg pdf md co kr ko en px em rem vs ex
eg ie feat tip note todo fig figure table part chapter section introduction conclusion overview summary
appendix reference references abstract today day days year years month week time times people person everyone
someone example examples case cases number numbers point points lot kind kinds different important possible
available simple simply easy easily hard able need needs needed help helps following based provide provides
provided include includes including called call calls show shows shown create creates created add adds added
change changes changed run runs running find found look looking come comes know known say says said try tries
means mean instead actually already another around
"""
_ORDINARY_ENGLISH = """
true false null undefined none nil void int integer string str float double boolean bool char byte const let
var def func fun function functions class classes object objects method methods return returns import export
from public private static final new this self super if else for while switch case break continue try catch
throw async await print println console log test tests code file files data value values key keys name names id
ids type types list array map item items index result results input output error errors event events message
messages request response version page pages link links button image images text title content body header
footer default option options config setting settings user system service server client app application web
site website project team company product source target build release update model process tool tools feature
features support information issue issues blog post posts article github git readme api url json xml main args
param params parameter parameters get put delete src img div span style width height color size begin align
left right frac mathbf sqrt sum quad cdot
"""

EMPTY_KOREAN = frozenset(_EMPTY_KOREAN.split())
EMPTY_ENGLISH = frozenset(_EMPTY_ENGLISH.split())
ORDINARY_WORDS = frozenset(_ORDINARY_ENGLISH.split()) | frozenset(_ORDINARY_KOREAN.split())


def is_empty(key: str, latin: bool) -> bool:
    if latin:
        return key in EMPTY_ENGLISH or (len(key) < 2 and key not in ("c", "r"))
    return key in EMPTY_KOREAN
